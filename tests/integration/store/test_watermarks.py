"""Watermarks move forward, unless somebody rewrote what lies behind them."""

from tests.factories import at
from workers.settings import Settings
from workers.store.progress import BarProgress, load_progress, save_progress
from workers.store.rebuilds import finish_rebuilds, load_rebuilds, note_rebuilds
from workers.store.watermarks import (
    UNTOUCHED,
    Watermark,
    advance_watermark,
    advance_watermarks,
    load_watermarks,
    lower_watermarks,
    watermark_name,
)

NAME = watermark_name("indicators", "BTCUSDT", "1m")
OTHER = watermark_name("indicators", "ETHUSDT", "1m")


def test_a_mark_that_was_lowered_meanwhile_is_not_advanced(settings: Settings) -> None:
    assert advance_watermark(NAME, seen=UNTOUCHED, done=at(60))
    lower_watermarks([NAME], rewritten=at(0))
    assert not advance_watermark(NAME, seen=Watermark(at(60)), done=at(120))
    assert load_watermarks("indicators")[NAME].is_behind(at(0))


def test_a_rewrite_beyond_the_mark_is_noticed_too(settings: Settings) -> None:
    advance_watermark(NAME, seen=UNTOUCHED, done=at(60))
    seen = load_watermarks("indicators")[NAME]
    lower_watermarks([NAME], rewritten=at(120))  # a bar that was just loaded to be worked on
    assert not advance_watermark(NAME, seen=seen, done=at(120))
    assert advance_watermark(NAME, seen=load_watermarks("indicators")[NAME], done=at(120))


def test_lowering_never_raises_a_mark(settings: Settings) -> None:
    advance_watermark(NAME, seen=UNTOUCHED, done=at(60))
    lower_watermarks([NAME], rewritten=at(600))
    assert load_watermarks("indicators")[NAME].done == at(60)


def test_two_first_advances_do_not_overwrite_each_other(settings: Settings) -> None:
    assert advance_watermark(NAME, seen=UNTOUCHED, done=at(60))
    assert not advance_watermark(NAME, seen=UNTOUCHED, done=at(0))


def test_a_rewrite_before_anything_is_done_is_noticed(settings: Settings) -> None:
    lower_watermarks([NAME], rewritten=at(0))  # while the stage is at its first bars
    assert not advance_watermark(NAME, seen=UNTOUCHED, done=at(60))
    advance_watermarks([(NAME, UNTOUCHED, at(60))])
    seen = load_watermarks("indicators")[NAME]
    assert seen == Watermark(None, rewrites=1)
    assert seen.is_behind(at(0))
    assert advance_watermark(NAME, seen=seen, done=at(60))
    assert load_watermarks("indicators") == {NAME: Watermark(at(60), rewrites=1)}


def test_a_rewrite_that_a_stage_does_not_look_back_to_is_nothing_to_it(settings: Settings) -> None:
    advance_watermark(NAME, seen=UNTOUCHED, done=at(60))
    lower_watermarks([NAME, OTHER], rewritten=at(0), until=at(59))
    assert load_watermarks("indicators") == {
        NAME: Watermark(at(60)),
        OTHER: Watermark(None, rewrites=1),  # it may be at these bars
    }
    lower_watermarks([NAME], rewritten=at(0), until=at(60))
    assert load_watermarks("indicators")[NAME].is_behind(at(0))


def test_progress_never_goes_back(settings: Settings) -> None:
    save_progress(BarProgress("BTCUSDT", 10, at(10)))
    save_progress(BarProgress("BTCUSDT", 7, at(12)))
    assert load_progress() == {"BTCUSDT": BarProgress("BTCUSDT", 10, at(12))}


def test_holes_stay_known_until_others_are_told(settings: Settings) -> None:
    save_progress(BarProgress("BTCUSDT", 10, at(10), holes=((at(1), at(2)),)))
    save_progress(BarProgress("BTCUSDT", 11, at(11)))
    assert load_progress()["BTCUSDT"].holes == ((at(1), at(2)),)
    save_progress(BarProgress("BTCUSDT", 11, at(11), holes=()))
    assert load_progress()["BTCUSDT"].holes == ()


def test_a_rebuild_asked_for_while_it_runs_is_not_lost(settings: Settings) -> None:
    note_rebuilds([("BTCUSDT", at(5)), ("BTCUSDT", at(5)), ("ETHUSDT", at(1))])
    running = load_rebuilds("BTCUSDT")
    note_rebuilds([("BTCUSDT", at(5))])
    finish_rebuilds(running)
    assert [row.second for row in load_rebuilds("BTCUSDT")] == [at(5)]
    finish_rebuilds(load_rebuilds("BTCUSDT"))
    assert load_rebuilds("BTCUSDT") == []
