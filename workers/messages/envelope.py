"""The envelope around every live message: {topic, epoch, seq, sent_at, data}.

`seq` grows by one per topic; `epoch` changes when the counters were lost. A
client that sees a new epoch or a hole in `seq` may reload; the data is always
the whole current state, so a skipped message does no harm.
"""

from datetime import datetime

from workers.messages.times import iso

JSON = dict[str, object]


def envelope(topic: str, *, epoch: str, seq: int, sent_at: datetime, data: JSON) -> JSON:
    """One live message as it travels."""
    return {"topic": topic, "epoch": epoch, "seq": seq, "sent_at": iso(sent_at), "data": data}
