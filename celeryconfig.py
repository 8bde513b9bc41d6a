"""Celery's words: broker, queues, routes, and the schedule in the order of the flow."""

from workers.settings import load_settings

_VISIBILITY_SECONDS = 3600  # far above every task's limit: a running task is not delivered twice

broker_url = load_settings().redis_url
result_backend = load_settings().redis_url
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_transport_options = {
    "visibility_timeout": _VISIBILITY_SECONDS,
    "socket_keepalive": True,
    "health_check_interval": 15,
    "socket_timeout": 15,
}
result_backend_transport_options = {"visibility_timeout": _VISIBILITY_SECONDS}
visibility_timeout = _VISIBILITY_SECONDS

task_serializer = "json"
result_serializer = "json"
accept_content = ["json"]
timezone = "UTC"
enable_utc = True
task_ignore_result = True
result_expires = 3600

task_acks_late = True
task_reject_on_worker_lost = True
worker_prefetch_multiplier = 1
worker_cancel_long_running_tasks_on_connection_loss = True
worker_soft_shutdown_timeout = 5
worker_max_memory_per_child = 400_000  # kB
worker_send_task_events = False
task_soft_time_limit = 90
task_time_limit = 120

task_default_queue = "batch"
# Each worker imports the modules that are named here for the queues it consumes.
# What users ask for and takes long has a queue of its own: repairs and history wait for none of it.
task_routes = {
    "workers.tasks.anchored_vwap.*": {"queue": "analytics"},
    "workers.tasks.bar_check.*": {"queue": "batch"},
    "workers.tasks.bars.*": {"queue": "bars"},
    "workers.tasks.canary.analytics": {"queue": "analytics"},
    "workers.tasks.canary.asked": {"queue": "asked"},
    "workers.tasks.canary.bars": {"queue": "bars"},
    "workers.tasks.canary.batch": {"queue": "batch"},
    "workers.tasks.canary.stream": {"queue": "stream"},
    "workers.tasks.correlations.correlate": {"queue": "asked"},
    "workers.tasks.correlations.*": {"queue": "analytics"},
    "workers.tasks.gaps.*": {"queue": "batch"},
    "workers.tasks.histories.*": {"queue": "asked"},
    "workers.tasks.history.*": {"queue": "batch"},
    "workers.tasks.imports.*": {"queue": "batch"},
    "workers.tasks.indicators.*": {"queue": "analytics"},
    "workers.tasks.pair_requests.report_pair": {"queue": "asked"},
    "workers.tasks.pair_requests.*": {"queue": "analytics"},
    "workers.tasks.pairs.*": {"queue": "analytics"},
    "workers.tasks.quality.*": {"queue": "analytics"},
    "workers.tasks.scan.scan_symbols": {"queue": "asked"},
    "workers.tasks.scan.*": {"queue": "analytics"},
    "workers.tasks.selftest.*": {"queue": "asked"},
    "workers.tasks.summaries.*": {"queue": "analytics"},
}


def _every(seconds: float, task: str) -> dict[str, object]:
    """A task at an interval; one that was not begun within it is dropped, so that none pile up."""
    options = {"expires": 0.9 * seconds, "ignore_result": True}
    return {"task": f"workers.tasks.{task}", "schedule": seconds, "options": options}


# Each stage looks each second for what is new since its watermark.
beat_scheduler = "workers.scheduler:OneScheduler"
beat_max_loop_interval = 1
beat_schedule = {
    "fill bars from the exchange's history": _every(1.0, "history.fill_history"),
    "repair holes in the ids": _every(1.0, "gaps.repair_gaps"),
    "build bars from new ticks": _every(1.0, "bars.build_bars"),
    "compute indicators of closed bars": _every(1.0, "indicators.compute_indicators"),
    "compute pairs of closed bars": _every(1.0, "pairs.compute_pairs"),
    "compute correlations of closed bars": _every(1.0, "correlations.compute_correlations"),
    "scan all pairs of closed bars": _every(1.0, "scan.compute_scans"),
    "summarise the last day of each symbol": _every(5.0, "summaries.summarise_symbols"),
    "judge how whole the last day is": _every(5.0, "quality.judge_quality"),
    "compare bars with the exchange's own": _every(10.0, "bar_check.check_bars"),
    "compare bars that somebody asks about": _every(2.0, "bar_check.answer_wishes"),
    "go on with imports of files": _every(1.0, "imports.run_imports"),
    "remove files that nobody imported": _every(600.0, "imports.sweep_sent_files"),
    "compare the exchange's clock with ours": _every(30.0, "bar_check.check_clock"),
    "send a canary through stream": _every(2.0, "canary.stream"),
    "send a canary through bars": _every(2.0, "canary.bars"),
    "send a canary through analytics": _every(2.0, "canary.analytics"),
    "send a canary through asked": _every(2.0, "canary.asked"),
    "send a canary through batch": _every(2.0, "canary.batch"),
}
