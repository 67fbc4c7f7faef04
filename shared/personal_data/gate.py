"""The gate for personal data: finds identity, bank card and mobile phone numbers and home addresses, says where,
covers them.

Numbers are found whole, in groups however they are set apart, in full-width digits, and with characters between them
that nobody sees. Checksums, and the groups that such numbers are written in, keep sums of money, days and document
numbers out. What is found is named by kind and place, never repeated (ARC-08, PUB-31). An address counts
where it leads to somebody's door; that of an office does not.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from shared.decider import Refused

DIGITS_MIN, DIGITS_MAX = 11, 19
_APART = r"[ \-\t./_]"  # what may stand between groups of digits
RUN = re.compile(rf"[0-9]+(?:{_APART}{{1,5}}[0-9]+)*(?:{_APART}{{0,5}}[Xx])?")
TOKEN = re.compile(r"[0-9]+[Xx]?|[Xx]")
LONG = re.compile(rf"[0-9](?:{_APART}{{0,5}}[0-9]){{10}}")  # the shortest of the numbers looked for has eleven digits
CLOSE = ("", " ", "-")  # between groups of any length; set apart otherwise, a number is known by its groups, too
GROUPS = {"mobile-number": (3, 4, 4), "id-number": (6, 6, 3)}
CARD_ISSUERS = ("35", "36", "37", "4", "5", "62")
UNSEEN = "\0"
MENDED = "the same without it, or with it masked"
MOBILE = re.compile(r"(?:86)?1[3-9][0-9]{9}")
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
SHOWN_HEAD, SHOWN_TAIL = 3, 2
_HAN, _NUMBER = "[\u4e00-\u9fff]", "[0-9一二三四五六七八九十百]{1,5}"
_STREET = rf"{_HAN}{{1,20}}?(?:路|街|大道|巷|弄|胡同|社区|小区|花园|家园|新村|苑|村|屯|庄|组)"
_NUMBERED = rf"{_NUMBER}(?:-{_NUMBER})?(?:号|幢|栋|座)(?:楼)?"
_DOOR = rf"(?:{_NUMBER}(?:单元|门))?{_NUMBER}(?:室|户|房)"
_DWELLING = rf"{_STREET}(?:{_NUMBERED})+{_DOOR}"
_VILLAGE = rf"{_HAN}{{1,20}}?(?:村|屯|庄){_NUMBER}(?:组|队|社){_NUMBER}(?:号|户)"
_LIVES = rf"(?:家庭)?(?:住址|家住|现住|居住于|居住在)[:：]?{_HAN}{{0,20}}?(?:{_STREET})(?:{_NUMBERED})?"
ADDRESS = re.compile(rf"{_LIVES}(?:{_DOOR})?|{_DWELLING}|{_VILLAGE}")
AT_HOME = re.compile("[室户房号]|住")
PERSONAL_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,6}·[\u4e00-\u9fff]{1,8}")
NO_NAMES = (
    "用户",
    "微软用户",
    "管理员",
    "党支部",
    "办公室",
    "党委",
    "村委会",
    "党政办",
    "党建办",
    "党委办",
    "镇纪委",
    "县纪委",
)


@dataclass(frozen=True)
class Found:
    """``place`` is a cell (``Sheet1!C7``) or a field with line and column (``text:2:14``)."""

    place: str
    kind: str


@dataclass(frozen=True)
class Examined:
    """``covered`` is the same document with what was found covered; None where it cannot be.

    ``unread`` are the places that hold something nobody could read: scanned pages.
    """

    found: tuple[Found, ...]
    readable: bool
    covered: bytes | None = None
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Span:
    start: int
    end: int
    kind: str


def spans(text: str) -> list[Span]:
    """Where personal numbers and addresses stand in a text, left to right, without overlap."""
    plain = _plain(text)
    if UNSEEN not in plain:
        return _spans(plain)
    at = [place for place, character in enumerate(plain) if character != UNSEEN]
    found = _spans(plain.replace(UNSEEN, ""))
    return [Span(at[span.start], at[span.end - 1] + 1, span.kind) for span in found]


def _spans(plain: str) -> list[Span]:
    numbers: list[Span] = []
    if LONG.search(plain):
        numbers = [span for run in RUN.finditer(plain) for span in _in_run(plain, run.start(), run.end())]
    return numbers if not AT_HOME.search(plain) else sorted([*numbers, *_homes(plain, numbers)], key=_start)


def _homes(plain: str, numbers: list[Span]) -> Iterator[Span]:
    taken = {place for span in numbers for place in range(span.start, span.end)}
    for home in ADDRESS.finditer(plain):
        if taken.isdisjoint(range(home.start(), home.end())):
            yield Span(home.start(), home.end(), "home-address")


def _start(span: Span) -> int:
    return span.start


def is_personal_name(text: str) -> bool:
    """Whether a file's property looks like somebody's name, and not like a program's or an office's.

    >>> is_personal_name("马小燕"), is_personal_name("WPS Office"), is_personal_name("党政办")
    (True, False, False)
    """
    words = text.strip()
    return PERSONAL_NAME.fullmatch(words) is not None and not words.endswith(NO_NAMES)


def find(fields: Iterable[tuple[str, str]]) -> tuple[Found, ...]:
    """What stands in the named fields of a text, by line and column, both counted from 1."""
    return tuple(found for name, text in fields for found in _in_field(name, text))


def covered(text: str) -> str:
    """The text, as long as it was, with each number covered but for its ends and each address but for its beginning,
    so that it no longer identifies anyone.
    """
    for span in reversed(spans(text)):
        number = text[span.start : span.end]
        head, tail = number[:SHOWN_HEAD], number[-SHOWN_TAIL:] if span.kind != "home-address" else ""
        text = text[: span.start] + head + "*" * (len(number) - len(head) - len(tail)) + tail + text[span.end :]
    return text


def must_hold_nothing_personal(found: tuple[Found, ...], pointer: str, accepted: str = MENDED) -> None:
    """Names the places and kinds; the numbers themselves appear nowhere (PERSONAL_DATA_FOUND)."""
    if found:
        places = [{"place": f.place, "kind": f.kind} for f in found]
        where = ", ".join(f.place for f in found)
        raise Refused(
            "PERSONAL_DATA_FOUND",
            f"Personal data at {where}.",
            accepted=accepted,
            pointer=pointer,
            facts={"places": places},
        )


def _in_field(name: str, text: str) -> Iterator[Found]:
    plain = _plain(text).replace(UNSEEN, "")
    if not LONG.search(plain) and not AT_HOME.search(plain):
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
    digits, candidates, close = "", [], True
    for last in range(first, len(tokens)):
        digits += text[slice(*tokens[last])]
        if len(digits) > DIGITS_MAX:
            break
        close = close and (last == first or text[tokens[last - 1][1] : tokens[last][0]] in CLOSE)
        kind = kind_of(digits) if len(digits) >= DIGITS_MIN else ""
        if kind and (close or _is_grouped(kind, text, tokens[first : last + 1])):
            candidates.append((Span(tokens[first][0], tokens[last][1], kind), last + 1))
    return candidates[-1] if candidates else None


def _is_grouped(kind: str, text: str, tokens: list[tuple[int, int]]) -> bool:
    """Whether it stands in the groups that such a number is written in, not merely in figures side by side."""
    parts = [text[start:end] for start, end in tokens]
    groups = tuple(map(len, parts))
    if kind == "bank-card":
        return parts[0].startswith(CARD_ISSUERS) and set(groups[:-1]) == {4} and groups[-1] <= 4
    if sum(groups) == 18:
        return True
    if sum(groups) == 13:  # with 86 before it
        groups = groups[1:] if groups[0] == 2 else (groups[0] - 2, *groups[1:])
    if groups == (3, 8):
        return "." not in text[tokens[0][0] : tokens[-1][1]] and not _is_day(parts[-1])
    return groups == GROUPS[kind]


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
    """Full-width and other digits, dashes and stops as ASCII, what nobody sees as ``UNSEEN``; each in its own place."""
    return text if text.isascii() and text.isprintable() else text.translate(_PLAIN)


def _plain_character(character: str) -> str:
    if character.isascii():
        return UNSEEN if unicodedata.category(character) == "Cc" and not character.isspace() else character
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    return _KINDS.get(unicodedata.category(character)) or _ALIKE.get(character, character)


_KINDS = {"Pd": "-", "Zs": " ", "Cf": UNSEEN, "Mn": UNSEEN, "Me": UNSEEN}
_ALIKE = {"Ｘ": "X", "ｘ": "X", "．": ".", "·": ".", "・": ".", "•": ".", "／": "/", "＿": "_"}


class _Plain(dict[int, str]):
    """What each character is read as, looked up once for each that was ever met."""

    def __missing__(self, code: int) -> str:
        plain = self[code] = _plain_character(chr(code))
        return plain


_PLAIN = _Plain()
