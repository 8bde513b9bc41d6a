"""Years of bars as few enough to be drawn."""

from celery import shared_task

from analytics.thinning import thinned_bars
from analytics.timeframes import TIMEFRAMES
from workers.messages.market import history_json
from workers.running_job import started_job
from workers.store.bars import load_bars

LONGEST = TIMEFRAMES[-1]


@shared_task(name="workers.tasks.histories.thin_history")
def thin_history(job_id: str, symbol: str, points: int) -> None:
    """Every stored hour of a symbol, folded into at most `points` bars."""
    with started_job(job_id) as job:
        thinned = thinned_bars(load_bars(symbol, LONGEST), points)
        job.finish(history_json(symbol, LONGEST, thinned.step_seconds, thinned.bars))
