"""What is said in the evidence of channels: readers see it beside what was shown, so the gate holds for it (ARC-08)."""

from collections.abc import Iterable, Iterator
from typing import Any

from services.publication.events.parts import ChannelEvidence
from shared.personal_data.gate import find, must_hold_nothing_personal

MENDED = "evidence without the number or the address"


def words_of(channels: Iterable[ChannelEvidence]) -> Iterator[tuple[str, str]]:
    """Every text of it, with its place in the release."""
    for number, evidence in enumerate(channels):
        yield from _texts(f"channels/{number}", evidence.model_dump(mode="python"))


def must_name_nothing_personal(channels: Iterable[ChannelEvidence]) -> None:
    must_hold_nothing_personal(find(words_of(channels)), "/channels", MENDED)


def _texts(place: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _texts(f"{place}/{name}", part)
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _texts(f"{place}/{number}", part)
