"""`/metrics`: what the System page shows, in the text form of Prometheus.

Everything is read when it is asked for, so that each web process tells the same
of the whole.
"""

from collections.abc import Iterator

from flask import Blueprint, Response, request
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry

from app.flow_state import flow_state
from app.metric_families import labelled, parts, processes, source, task_families, whole
from app.system_state import readiness, system_state, task_times
from workers.settings import load_settings
from workers.store.errors import StoreDown
from workers.store.market_clock import load_market_clock

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Everything, in the form the reader asks for."""
    encoder, content_type = choose_encoder(request.headers.get("Accept", ""))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(SystemCollector())
    return Response(encoder(registry), content_type=content_type)


class SystemCollector(Collector):
    """The state of the whole as families of metrics."""

    def collect(self) -> Iterator[Metric]:
        """What each part tells; while the database is away its figures are missing, the rest is told."""
        settings = load_settings()
        yield parts(readiness())
        yield source(settings.source, settings.database)
        yield from task_families(task_times())
        try:
            told = system_state()
            gaps = flow_state(load_market_clock()).gaps
        except StoreDown:
            return
        yield from whole(told)
        yield from processes(told)
        yield labelled("gemscap_gaps", "Holes in the ids of trades, by state.", "state", gaps)
