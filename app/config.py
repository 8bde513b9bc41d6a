"""Flask's words for our settings; decides nothing."""

from workers.settings import Settings

MAX_BODY_BYTES = 1_000_000


def flask_config(settings: Settings) -> dict[str, object]:
    """What Flask is told about cookies, sizes and secrets."""
    return {
        "SECRET_KEY": settings.secret_key,
        "MAX_CONTENT_LENGTH": MAX_BODY_BYTES,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "TEMPLATES_AUTO_RELOAD": False,
    }
