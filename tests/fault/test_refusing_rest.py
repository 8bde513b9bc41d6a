"""REST that refuses or stalls while holes wait for their repair."""

import pytest

from tests.fault.conftest import Worlds
from tests.fault.loaded import PRODUCT, loaded
from tests.fault.measuring import Measured
from tests.fault.streaming import Streaming
from tests.fault.test_load import open_hole
from tests.product import wait_for

SMALL_LIMIT, MOST_SHARE, AT_ONCE = 600, 0.5, 20 + 4  # symbols and a page of trades, asked at once
MOST_WEIGHT = MOST_SHARE * SMALL_LIMIT + AT_ONCE
ROWS, SPENT_SECONDS, FILLED_SECONDS = 150_000, 90.0, 240.0  # 150 pages: as much as the small limit
RATE, LIMITED = 200.0, ("--weight-per-minute", str(SMALL_LIMIT))
SHARE = "workers.coordination.request_budget:SHARE_OF_LIMIT"
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
    measured(
        "R21",
        injected=f"REST answers {answers}" + (f" for {seconds} s" if seconds else ""),
        demanded="no request while told to wait; repaired later",
        found=f"{asked} requests, clean",
    )
    assert asked == 0


@pytest.mark.soak
def test_a_repair_leaves_half_of_the_request_weight_to_others(worlds: Worlds, measured: Measured) -> None:
    with loaded(worlds, RATE, 6, *LIMITED) as load:
        world = load.world
        open_hole(world, "BTCUSDT", ROWS)
        wait_for(lambda: not world.unresolved(), FILLED_SECONDS, "a hole that is filled")
        found = world.assert_clean(within=300)
        waited = world.words("batch").count("budget of this minute is used up")
        used = world.control.count("weight.most")
    measured(
        "R21",
        injected=f"a hole of {ROWS:,} rows, an exchange that allows a weight of {SMALL_LIMIT} a minute",
        demanded=f"the budget runs out; <= {MOST_SHARE:.0%} of the weight in any minute; whole",
        found=f"ran out {waited} times; {used / SMALL_LIMIT:.1%} used at most; {found!r}",
    )
    assert waited > 0  # else nothing was held back
    assert 0 < used <= MOST_WEIGHT


@pytest.mark.soak
def test_without_its_budget_a_repair_takes_more(worlds: Worlds, measured: Measured) -> None:
    """Without the budget the test above fails."""
    with worlds.another(options=LIMITED, constants=PRODUCT | {SHARE: 5.0}) as world:
        open_hole(world, "BTCUSDT", 2 * ROWS)
        wait_for(lambda: world.control.count("weight.most") > MOST_WEIGHT, SPENT_SECONDS, "more weight used")
        used = world.control.count("weight.most")
    measured(
        "R21",
        injected=f"the same with ten times the budget and {2 * ROWS:,} rows (no audit)",
        demanded=f"> {MOST_SHARE:.0%} of the weight used",
        found=f"{used / SMALL_LIMIT:.1%}",
    )
