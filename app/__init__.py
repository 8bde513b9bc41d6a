"""The web application: pages, JSON and live updates of what the store holds."""

from flask import Flask
from flask_socketio import SocketIO
from socketio import Manager

from app.access.audit import AuditLog
from app.access.gate import register_gate
from app.access.live_door import LiveDoor
from app.access.proxies import KnownProxies
from app.api import register_api
from app.config import MAX_BODY_BYTES, flask_config
from app.drawn import DrawnDelays
from app.errors import register_errors
from app.json_text import FastJSON, SocketJSON
from app.listeners import Listeners
from app.live import LiveUpdates
from app.live_manager import LiveManager
from app.metrics import blueprint as metrics
from app.pages import register_pages
from app.rate_limits import register_rate_limits
from app.rounds import Rounds
from app.security import secure
from app.static_files import register_static_files
from app.transfer import register_transfer
from app.vendor import register_vendor
from app.websocket_limits import limit_websocket_messages
from workers.settings import SOCKETIO_CHANNEL, BadSetting, Settings, load_settings

PING_SECONDS = 10


def create_app(
    settings: Settings | None = None, *, message_queue: bool = True, background: bool = True
) -> Flask:
    """The application of one process.

    Flask's test client wants neither the message queue nor the background thread.
    """
    settings = settings or load_settings()
    if not settings.secret_key:
        raise BadSetting("SECRET_KEY: the web signs with it and there is no default; set a long random text")
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(flask_config(settings))
    app.json = FastJSON(app)
    register_rate_limits(app, settings)
    register_gate(app, settings)
    AuditLog().register(app)
    register_errors(app)
    register_transfer(app)
    register_static_files(app)
    register_vendor(app)
    register_api(app)
    register_pages(app, settings)
    app.register_blueprint(metrics)
    _add_live_updates(app, settings, message_queue=message_queue, background=background)
    secure(app, settings.allowed_hosts)
    app.wsgi_app = KnownProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign] # as Flask documents
    return app


def _add_live_updates(app: Flask, settings: Settings, *, message_queue: bool, background: bool) -> None:
    limit_websocket_messages()
    manager = LiveManager(settings.redis_url, channel=SOCKETIO_CHANNEL) if message_queue else Manager()
    socketio = SocketIO(
        app,
        async_mode="threading",
        client_manager=manager,
        json=SocketJSON,
        async_handlers=False,  # a client's events in their order, on its own thread
        ping_interval=PING_SECONDS,
        ping_timeout=PING_SECONDS,
        max_http_buffer_size=MAX_BODY_BYTES // 10,
        manage_session=False,
    )
    listeners, drawn = Listeners(), DrawnDelays()
    LiveUpdates(socketio, listeners, drawn)
    door = LiveDoor(socketio, settings)
    if background:
        Rounds(socketio, listeners, drawn, door).start()
