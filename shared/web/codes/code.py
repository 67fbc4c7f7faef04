"""One way of saying no."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """``status`` is what HTTP callers get: 409 where a rule of Party affairs does not allow the act."""

    code: str
    status: int
    en: str
    zh: str
    meaning: str
