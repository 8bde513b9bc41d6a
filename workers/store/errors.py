"""What a caller catches when the database does not answer; it need not know pymongo."""

from pymongo.errors import PyMongoError

StoreDown = PyMongoError
