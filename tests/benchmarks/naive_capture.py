"""The baseline of the capture benchmark: one journaled insert for each message.

python -m tests.benchmarks.naive_capture ADDRESS STREAM,STREAM MONGO_URL DATABASE
"""

import sys

import orjson
import websocket
from pymongo import MongoClient
from pymongo.write_concern import WriteConcern


def main() -> None:
    """Store until it is killed."""
    address, streams, mongo_url, database = sys.argv[1:]
    ticks = MongoClient[dict[str, object]](mongo_url)[database]["ticks"]
    durable = ticks.with_options(write_concern=WriteConcern(w=1, j=True))
    client = websocket.create_connection(address, skip_utf8_validation=True)
    client.send(orjson.dumps({"method": "SUBSCRIBE", "params": streams.split(","), "id": 1}).decode())
    while True:
        message = orjson.loads(client.recv())
        if "data" in message:
            durable.insert_one(message["data"])


if __name__ == "__main__":
    main()
