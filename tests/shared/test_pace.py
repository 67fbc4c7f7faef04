"""Relays and followers rest the longer, the busier their process is."""

import pytest

from shared import pace


def test_in_an_idle_process_an_event_is_hardly_kept_waiting() -> None:
    assert pace.rest(took=0.005, busy=0.01) == pace.REST_SECONDS_MIN


def test_the_busier_the_process_the_longer_the_rest_and_never_beyond_its_bound() -> None:
    rests = [pace.rest(took=0.005, busy=busy) for busy in (0.5, 1.0, 3.0, 50.0)]
    assert rests == sorted(rests)
    assert rests[-1] == pace.REST_SECONDS_MAX


def test_all_of_the_process_counts_whichever_thread_works(monkeypatch: pytest.MonkeyPatch) -> None:
    now, worked = iter((0.0, 1.0, 2.0)), iter((0.0, 0.5, 1.5))
    monkeypatch.setattr(pace, "monotonic", lambda: next(now))
    monkeypatch.setattr(pace, "process_time", lambda: next(worked))
    paced = pace.Pace()
    assert paced.rest_after(0.01) == pytest.approx(0.01 * pace.REST_SHARE)  # half of the second was taken
    assert paced.rest_after(0.01) == pace.REST_SECONDS_MAX  # all of it was
