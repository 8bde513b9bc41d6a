"""Families of metrics from the figures of the System page; reads nothing itself.

Seconds and bytes throughout, as is usual there.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from workers.coordination.task_times import TaskTimes

Told = Mapping[str, Any]  # JSON of a known shape, nested: see workers/messages/system.py

# Figures of a process that only grow; they begin again with it.
COUNTED = (
    "ticks_stored",
    "repeats",
    "late",
    "gaps_found",
    "malformed",
    "unkept",
    "placeholders",
    "connects",
    "handovers",
)
PROCESS = ("process", "host", "pid")
MEGABYTE = 1e6
GIGABYTE = 1e9


def parts(readiness: Mapping[str, Mapping[str, object]]) -> Metric:
    """Whether each part works."""
    works = {name: float(bool(part["ok"])) for name, part in readiness.items()}
    return labelled("gemscap_part_up", "Whether a part works (1) or not (0).", "part", works)


def source(name: str, database: str) -> Metric:
    """Where the trades come from, as labels."""
    family = GaugeMetricFamily("gemscap_source", "Where the trades come from.", labels=["source", "database"])
    family.add_metric([name, database], 1.0)
    return family


def task_families(times: Mapping[str, TaskTimes]) -> Iterator[Metric]:
    """How long runs of each task took, and how many failed."""
    seconds = HistogramMetricFamily("gemscap_task_seconds", "How long runs of a task took.", labels=["task"])
    failures = CounterMetricFamily("gemscap_task_failures", "Runs of a task that failed.", labels=["task"])
    for name, each in times.items():
        buckets = [(f"{limit:g}", float(runs)) for limit, runs in each.within.items()]
        seconds.add_metric([name], [*buckets, ("+Inf", float(each.runs))], each.seconds)
        failures.add_metric([name], each.failures)
    yield seconds
    yield failures


def whole(told: Told) -> Iterator[Metric]:
    """The feed, queues, stages, delays and servers."""
    yield _gauge("gemscap_feed_age_seconds", "Since the exchange was heard.", told["feed"]["age_seconds"])
    yield labelled("gemscap_queue_waiting", "Tasks that wait in a queue.", "queue", told["queues"])
    ages = {queue: canary["age_seconds"] for queue, canary in told["canaries"].items()}
    yield labelled("gemscap_canary_age_seconds", "Since a queue's canary came through.", "queue", ages)
    lags = {stage: each["lag_seconds"] for stage, each in told["stages"].items()}
    yield labelled("gemscap_stage_lag_seconds", "How far a stage is behind the one before.", "stage", lags)
    yield _delays(told["delays"])
    yield from _servers(told)


def _servers(told: Told) -> Iterator[Metric]:
    mongo, redis, disk, clock = (*map(told["servers"].get, ("mongodb", "redis")), told["disk"], told["clock"])
    free = disk["free_gb"] * GIGABYTE if disk else None
    yield _gauge("gemscap_disk_free_bytes", "Room on the database's disk.", free)
    offset = clock["offset_ms"] / 1000 if clock else None
    yield _gauge("gemscap_clock_offset_seconds", "The exchange's clock less ours.", offset)
    stored = mongo["stored_mb"] * MEGABYTE
    yield _gauge("gemscap_mongodb_stored_bytes", "What the database takes on its disk.", stored)
    used = redis["memory_mb"] * MEGABYTE if redis else None
    yield _gauge("gemscap_redis_memory_bytes", "Memory that Redis uses.", used)


def _delays(steps: Told) -> Metric:
    family = GaugeMetricFamily(
        "gemscap_trade_delay_seconds",
        "From the trade on the exchange to a step, over the last minute, where it is slowest.",
        labels=["step", "quantile"],
    )
    for step, shares in steps.items():
        for share, milliseconds in shares.items():
            if milliseconds is not None:
                family.add_metric([step, f"0.{share[1:]}".rstrip("0")], milliseconds / 1000)
    return family


def processes(told: Told) -> Iterator[Metric]:
    """What each process tells of itself; the delays of trades are told for all of them together."""
    families: dict[str, GaugeMetricFamily | CounterMetricFamily] = {}
    for each in told["processes"]:
        labels = [str(each[name]) for name in PROCESS]
        figures = {"process_age_seconds": each["age_seconds"], **each["figures"]}
        for name, value in figures.items():
            if isinstance(value, int | float) and not name.startswith("trade_to_"):
                family, amount = _of_process(families, name, value)
                family.add_metric(labels, amount)
    yield from families.values()


def _of_process(
    families: dict[str, GaugeMetricFamily | CounterMetricFamily], name: str, value: float
) -> tuple[GaugeMetricFamily | CounterMetricFamily, float]:
    if name == "memory_mb":
        name, value = "process_memory_bytes", value * MEGABYTE
    if name not in families:
        family = CounterMetricFamily if name in COUNTED else GaugeMetricFamily
        words = name.replace("_", " ")
        families[name] = family(f"gemscap_{name}", f"{words}, as the process tells.", labels=PROCESS)
    return families[name], value


def _gauge(name: str, text: str, value: float | None) -> Metric:
    family = GaugeMetricFamily(name, text)
    if value is not None:
        family.add_metric([], value)
    return family


def labelled(name: str, text: str, label: str, values: Mapping[str, float | None]) -> Metric:
    """One value per label; what is not known is left out."""
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        if value is not None:
            family.add_metric([key], value)
    return family
