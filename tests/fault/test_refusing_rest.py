"""REST that refuses or stalls while holes wait for their repair."""

import pytest

from tests.fault.measuring import Measured
from tests.fault.streaming import Streaming
from tests.product import wait_for
from workers.local.exchange.limits import WEIGHT_PER_MINUTE

MOST_SHARE = 0.8
ANSWERS = [
    ("429", 3),
    ("418", 3),
    ("403, 502, -1007", 0),
    ("stall", 3),
    pytest.param("429", 7, marks=pytest.mark.soak),
    pytest.param("418", 120, marks=pytest.mark.soak),
    pytest.param("stall", 10, marks=pytest.mark.soak),
]


def refuse_twice(world: Streaming, answer: str, seconds: int) -> None:
    """Have two requests for missing trades refused in one way."""
    refused = world.control.count(f"rest.{answer}")
    world.control.on("rest", answer=answer, seconds=seconds, endpoints="aggTrades", times=2)
    world.control.on("drop", streams="btcusdt@aggTrade", share=0.2, run=2, times=20)
    wait_for(
        lambda: world.control.count(f"rest.{answer}") >= refused + 2, 3 * seconds + 30, f"two times {answer}"
    )


@pytest.mark.parametrize(("answers", "seconds"), ANSWERS)
def test_it_is_obeyed_and_the_repair_comes_later(
    world: Streaming, answers: str, seconds: int, measured: Measured
) -> None:
    early = world.control.count("rest.asked_while_told_to_wait")
    for answer in answers.split(", "):
        refuse_twice(world, answer, seconds)
    world.control.off("drop")
    world.assert_clean(within=seconds + 30)
    asked = world.control.count("rest.asked_while_told_to_wait") - early
    weight = world.control.count("weight.most")
    measured(
        "R21",
        injected=f"REST answers {answers}" + (f" for {seconds} s" if seconds else ""),
        demanded=f"no request while told to wait; repaired later; <= {MOST_SHARE:.0%} of the weight used",
        found=f"{asked} requests, clean; {weight / WEIGHT_PER_MINUTE['spot']:.1%} used at most",
    )
    assert asked == 0
    assert 0 < weight <= MOST_SHARE * WEIGHT_PER_MINUTE["spot"]
