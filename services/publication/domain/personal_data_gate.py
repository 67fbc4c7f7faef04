"""The gate for personal data: finds identity, bank card and mobile phone numbers, says where, covers them.

Numbers are found whole, grouped by spaces or hyphens, and in full-width digits. Checksums keep sums of money
and document numbers out. What is found is named by kind and place, never repeated (ARC-08, PUB-31).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

DIGITS_MAX = 19
RUN = re.compile(r"[0-9]+(?:[ \-][0-9]+)*[Xx]?")
TOKEN = re.compile(r"[0-9]+[Xx]?")
LONG = re.compile(r"[0-9](?:[ \-][0-9]|[0-9]){10}")  # the shortest of the numbers looked for has eleven digits
MOBILE = re.compile(r"(?:86)?1[3-9][0-9]{9}")
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
SHOWN_HEAD, SHOWN_TAIL = 3, 2


@dataclass(frozen=True)
class Found:
    """``place`` is a cell (``Sheet1!C7``) or a field with line and column (``text:2:14``)."""

    place: str
    kind: str


@dataclass(frozen=True)
class Span:
    start: int
    end: int
    kind: str


def spans(text: str) -> list[Span]:
    """Where personal numbers stand in a text, left to right, without overlap."""
    plain = _plain(text)
    if not LONG.search(plain):
        return []
    return [span for run in RUN.finditer(plain) for span in _in_run(plain, run.start(), run.end())]


def find(fields: Iterable[tuple[str, str]]) -> tuple[Found, ...]:
    """What stands in the named fields of a text, by line and column, both counted from 1."""
    return tuple(found for name, text in fields for found in _in_field(name, text))


def covered(text: str) -> str:
    """The text with each personal number covered but for its ends, so that it no longer identifies anyone."""
    for span in reversed(spans(text)):
        number = text[span.start : span.end]
        head, tail = number[:SHOWN_HEAD], number[-SHOWN_TAIL:]
        text = text[: span.start] + head + "*" * (len(number) - len(head) - len(tail)) + tail + text[span.end :]
    return text


def _in_field(name: str, text: str) -> Iterator[Found]:
    if not LONG.search(_plain(text)):
        return
    for number, line in enumerate(text.split("\n"), start=1):
        for span in spans(line):
            yield Found(f"{name}:{number}:{span.start + 1}", span.kind)


def _in_run(text: str, start: int, end: int) -> Iterator[Span]:
    """Neighbouring groups of digits are tried together, the longest first: 6222 0210 ... is one card."""
    tokens = [(m.start(), m.end()) for m in TOKEN.finditer(text, start, end)]
    first = 0
    while first < len(tokens):
        found = _longest_from(text, tokens, first)
        if found:
            span, first = found
            yield span
        else:
            first += 1


def _longest_from(text: str, tokens: list[tuple[int, int]], first: int) -> tuple[Span, int] | None:
    digits, candidates = "", []
    for last in range(first, len(tokens)):
        digits += text[slice(*tokens[last])]
        if len(digits) > DIGITS_MAX:
            break
        if kind := kind_of(digits):
            candidates.append((Span(tokens[first][0], tokens[last][1], kind), last + 1))
    return candidates[-1] if candidates else None


def kind_of(digits: str) -> str:
    """What a string of digits (the last perhaps an X) identifies: '' if nothing personal."""
    if len(digits) == 18 and _is_id_18(digits.upper()):
        return "id-number"
    if not digits.isdigit():
        return ""
    if MOBILE.fullmatch(digits):
        return "mobile-number"
    if len(digits) == 15 and _is_day(f"19{digits[6:12]}") and digits[0] in "12345678":
        return "id-number"
    if 16 <= len(digits) <= DIGITS_MAX and digits[0] != "0" and _luhn(digits):
        return "bank-card"
    return ""


def kind_of_number(value: float) -> str:
    """The same of a sheet's number cell. Beyond 15 digits a sheet loses the last ones, the check with them."""
    if value != value or value in (float("inf"), float("-inf")) or value != int(value):
        return ""
    digits = str(int(value))
    if len(digits) == 18 and digits[0] in "12345678" and _is_day(digits[6:14]):
        return "id-number"
    return kind_of(digits)


def _is_id_18(digits: str) -> bool:
    if not digits[:17].isdigit() or not _is_day(digits[6:14]):
        return False
    total = sum(int(d) * w for d, w in zip(digits, ID_WEIGHTS, strict=False))
    return ID_CHECKS[total % 11] == digits[17]


def _is_day(digits: str) -> bool:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year >= 1850
    except ValueError:
        return False


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _plain(text: str) -> str:
    """Full-width and other digits and dashes as ASCII, each character in its own place."""
    return text if text.isascii() else text.translate(_PLAIN)


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    if unicodedata.category(character) == "Pd":
        return "-"
    if unicodedata.category(character) == "Zs":
        return " "
    return {"Ｘ": "X", "ｘ": "X"}.get(character, character)


class _Plain(dict[int, str]):
    """What each character is read as, looked up once for each that was ever met."""

    def __missing__(self, code: int) -> str:
        plain = self[code] = _plain_character(chr(code))
        return plain


_PLAIN = _Plain()
