"""The parameter table: whole numbers in their range, and nothing else."""

import pytest

from shared.parameters import PARAMETERS, value_of, value_to_set


def test_every_parameter_of_the_requirements_has_a_default() -> None:  # 3.7
    numbered = {name.partition(".")[0] for name in PARAMETERS if name.startswith("P-")}
    assert numbered == {f"P-{n:02d}" for n in range(1, 22)}
    assert PARAMETERS["P-01"].default == 24
    assert all(value_of(p.id, str(p.default)) == p.default for p in PARAMETERS.values())


@pytest.mark.parametrize(
    ("parameter", "text"), [("P-01", "48 h"), ("P-01", "-1"), ("P-02", "31"), ("P-02", ""), ("P-20.handover", "0")]
)
def test_a_value_out_of_shape_or_range_is_no_value(parameter: str, text: str) -> None:
    with pytest.raises(ValueError):
        value_of(parameter, text)


@pytest.mark.parametrize(
    ("parameter", "least"), [("P-01", 1), ("P-01.immediate", 0), ("P-06", 5), ("P-15", 7), ("P-15.society", 15)]
)
def test_a_town_sets_no_less_than_the_requirements_allow(parameter: str, least: int) -> None:  # 3.7 A-05
    assert value_to_set(parameter, str(least)) == least
    with pytest.raises(ValueError):
        value_to_set(parameter, str(least - 1))
    assert least == 0 or value_of(parameter, "0") == 0  # what was set before is still read
    assert value_to_set(parameter, str(PARAMETERS[parameter].default)) == PARAMETERS[parameter].default


def test_there_is_no_other_parameter() -> None:
    with pytest.raises(KeyError):
        value_of("P-99", "1")
