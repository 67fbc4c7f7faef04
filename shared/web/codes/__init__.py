"""Every way in which the platform says no: code, HTTP status, titles in English and Chinese, meaning.

One table, in ``rules`` and ``technical``. A test holds it together with the refusals in the code and with
docs/refusals.md; callers switch on the code, so a code is never renamed or given another meaning.
"""

from shared.web.codes import rules, technical
from shared.web.codes.code import Code

CODES: dict[str, Code] = {row.code: row for row in (*rules.ROWS, *technical.ROWS)}

_BY_STATUS = {
    400: "MALFORMED",
    401: "SIGN_IN_NEEDED",
    403: "NOT_YOUR_REMIT",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    413: "TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "INVALID",
    429: "TOO_MANY_REQUESTS",
    503: "UNAVAILABLE",
}


def lookup(code: str) -> Code:
    """The row of a code; one that is missing from the table is still answered, as a plain conflict."""
    return CODES.get(code) or Code(code, 409, code.replace("_", " ").capitalize(), "不符合规定", "")


def of_status(status: int) -> Code:
    """The code that stands for a bare HTTP status, as frameworks raise them."""
    return CODES[_BY_STATUS.get(status, "MALFORMED" if status < 500 else "INTERNAL")]
