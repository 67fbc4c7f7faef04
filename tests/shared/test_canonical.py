"""Canonical JSON: the quick way writes what the library of the rules writes, for whatever there may be."""

from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from shared.canonical import canonical_json

TEXTS = st.text(max_size=20) | st.sampled_from(
    ["，（", "\ue000", "😀", "10:00:00.5", ',1.5e9"', "\\\"':N", "\x7f\x1f\u2028"]
)
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_every_value_has_the_spelling_of_the_rules(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), float("nan"), [float("inf")], {"a": {1, 2}}, "\ud800"])
def test_what_has_no_such_spelling_is_refused(value: Any) -> None:
    with pytest.raises((rfc8785.CanonicalizationError, UnicodeError)):
        canonical_json(value)
