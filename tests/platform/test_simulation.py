"""The simulation that sizes a county reckons as queueing theory does (tests/benchmarks/simulation.py)."""

import json
from math import log
from pathlib import Path

import pytest

from tests.benchmarks.simulation import COUNTY, PROVINCE, Place, Stage, measured, simulated, sized

PIECES = 200_000


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
def test_one_server_with_random_times_waits_as_the_m_m_1_queue_says(load: float) -> None:
    """Time in the system is exponential with mean s / (1 - load), so p99 is that mean times ln 100."""
    (found,) = simulated([Stage("one", 1.0)], load, PIECES)
    mean = 1.0 / (1 - load)
    assert found.busy == pytest.approx(load, rel=0.03)
    assert found.mean == pytest.approx(mean, rel=0.08)
    assert found.p50 == pytest.approx(mean * log(2), rel=0.08)
    assert found.p99 == pytest.approx(mean * log(100), rel=0.12)


def test_one_server_with_fixed_times_waits_as_the_m_d_1_queue_says() -> None:
    (found,) = simulated([Stage("one", 1.0, fixed=True)], 0.5, PIECES)
    assert found.mean == pytest.approx(1.0 + 0.5 / (2 * (1 - 0.5)), rel=0.05)


def test_what_leaves_a_random_server_comes_to_the_next_as_random_as_it_came() -> None:
    """Burke: each of two servers in a row waits as if it stood alone."""
    first, second = simulated([Stage("one", 1.0), Stage("two", 0.5)], 0.6, PIECES)
    assert first.mean == pytest.approx(1.0 / 0.4, rel=0.08)
    assert second.mean == pytest.approx(0.5 / 0.7, rel=0.08)


def test_a_county_of_a_province_is_a_county() -> None:
    assert PROVINCE.peak_a_second == COUNTY.peak_a_second
    assert COUNTY.peak_a_second == pytest.approx(6 * 2_000_000 / (250 * 8 * 3600))


def test_a_place_with_more_work_than_a_stage_can_do_is_said_to_overflow(tmp_path: Path) -> None:
    what = {"a command over HTTP, alone": 10.0, "relay into Kafka": 1e4, "view obligations, 100 events": 1e4}
    file = tmp_path / "bench.json"
    file.write_text(json.dumps({"rows": [{"what": name, "ours": ours} for name, ours in what.items()]}))
    lines = list(sized(measured(file), [COUNTY, Place("ten of it", 20_000_000)]))
    assert [line.count("overflows") for line in lines] == [0, 0, 0, 0, 0, 1]
    assert "| ten of it | 16.7 | command over HTTP | overflows" in lines[-1]


def test_a_run_without_a_figure_is_not_sized_from(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    file.write_text('{"rows": [{"what": "relay into Kafka", "ours": 5.0}]}')
    with pytest.raises(KeyError, match="command over HTTP"):
        measured(file)
