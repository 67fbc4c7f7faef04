"""Every way in which the platform says no: code, HTTP status, titles in English and Chinese, meaning.

One table. A test holds it together with the refusals in the code and with docs/refusals.md; callers switch on
the code, so a code is never renamed or given another meaning.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """``status`` is what HTTP callers get: 409 where a rule of Party affairs does not allow the act."""

    code: str
    status: int
    en: str
    zh: str
    meaning: str


_DOMAIN = (
    # code, status, en, zh, meaning
    (
        "ALREADY_EXTENDED",
        409,
        "Already extended",
        "已经延期",
        "The time limit has been extended once; not twice.",
    ),
    ("ALREADY_VOTED", 409, "Already voted", "已经投票", "This person's ballot has been cast."),
    (
        "CHANNEL_NOT_FOR_SCOPE",
        409,
        "Channel reaches too far",
        "载体超出公开范围",
        "The channel would show it to more people than the item's scope allows.",
    ),
    (
        "FILING_REQUIRED",
        409,
        "Filing needed first",
        "须先备案",
        "The act must first be filed for the record with the superior.",
    ),
    (
        "INSIDE_FIRST",
        409,
        "Inside the Party first",
        "须先党内后党外",
        "Nothing is made public outside the Party before it was inside.",
    ),
    (
        "LEAD_TOO_SHORT",
        409,
        "Too soon after the inside release",
        "党内外公开间隔不足",
        "The time that must lie between inside and outside release is not over.",
    ),
    ("MISSING_FIELD", 422, "Something is missing", "缺少必填内容", "A field that the act needs is empty."),
    (
        "NOT_A_MEMBER",
        409,
        "Not a member",
        "不是本组织党员",
        "The person is not a Party member of that organisation at that time.",
    ),
    ("NOT_ELIGIBLE", 409, "Not eligible", "不符合资格", "The person may not take part in this."),
    ("NOT_FOUND", 404, "Not found", "未找到", "There is no such thing, or none that the asker may know of."),
    ("NOT_IN_FORCE", 409, "Not in force", "尚未生效", "The catalogue or item does not hold on that day."),
    (
        "NOT_YOUR_REMIT",
        403,
        "Not within your remit",
        "不在职责范围内",
        "None of the person's posts permits the act on this organisation.",
    ),
    (
        "OFF_CATALOGUE",
        409,
        "Not in the catalogue",
        "不在公开目录内",
        "The matter is not an item of the organisation's catalogue.",
    ),
    (
        "OWN_ORGANISATION",
        409,
        "Own organisation",
        "涉及本组织",
        "Nobody judges the organisation they themselves belong to.",
    ),
    ("PERIOD_TOO_SHORT", 409, "Period too short", "公示期不足", "The prescribed number of days is not over."),
    (
        "PERSONAL_DATA_FOUND",
        422,
        "Personal data found",
        "含有个人信息",
        "The text or a sheet holds personal data that must be masked; the place is named.",
    ),
    ("REASON_REQUIRED", 422, "A reason is needed", "须说明理由", "The act must say why."),
    ("REPLY_MISSING", 409, "Reply missing", "尚未答复", "It cannot be closed before it has been answered."),
    (
        "SECRECY_REFUSED",
        409,
        "Refused for secrecy",
        "保密审查未通过",
        "Secrecy review has refused this version.",
    ),
    (
        "SELF_APPROVAL",
        409,
        "Not by yourself",
        "不得审批本人事项",
        "Whoever drafted or reviewed it does not approve it.",
    ),
    (
        "STEP_OUT_OF_ORDER",
        409,
        "Step out of order",
        "步骤顺序不符",
        "An earlier step of the procedure has not been done.",
    ),
    (
        "SUMMARY_MISSING",
        422,
        "Summary missing",
        "缺少摘要",
        "This kind of disclosure needs a summary beside its text.",
    ),
    (
        "VERSION_CONFLICT",
        412,
        "Someone was faster",
        "版本已变更",
        "The thing has changed since it was read; read it again. The answer carries the present ETag.",
    ),
    (
        "WRONG_SUPERIOR",
        409,
        "Wrong superior",
        "上级组织不符",
        "That organisation is not the superior at that time.",
    ),
)

_TECHNICAL = (
    (
        "BUSY",
        503,
        "Busy",
        "系统繁忙",
        "Too many commands are waiting; the same one may be sent again shortly.",
    ),
    (
        "CURSOR_INVALID",
        400,
        "Not a cursor",
        "分页标记无效",
        "The cursor was not given out for this list and these filters.",
    ),
    (
        "EVENT_TOO_LARGE",
        413,
        "Too much text",
        "内容过大",
        "What would be recorded is too large; long documents are attached, not typed in.",
    ),
    (
        "IDEMPOTENCY_KEY_NEEDED",
        400,
        "Idempotency-Key needed",
        "缺少幂等键",
        "Every command carries an Idempotency-Key of 1 to 200 printable characters.",
    ),
    (
        "IDEMPOTENCY_KEY_REUSED",
        422,
        "Idempotency-Key reused",
        "幂等键重复使用",
        "The key was used before, for another command.",
    ),
    (
        "INTERNAL",
        500,
        "Fault of the platform",
        "系统内部错误",
        "Something failed that should not; the trace id finds it in the logs.",
    ),
    (
        "INVALID",
        422,
        "Not valid",
        "内容无效",
        "One or more fields do not have the form the interface describes; each is named.",
    ),
    (
        "MALFORMED",
        400,
        "Not readable",
        "请求格式错误",
        "The body, a header or a parameter cannot be read at all.",
    ),
    (
        "METHOD_NOT_ALLOWED",
        405,
        "Method not allowed",
        "不支持的方法",
        "The address exists, but not for this method; Allow names those it has.",
    ),
    (
        "NOT_ACCEPTABLE",
        406,
        "Not acceptable",
        "无法提供所需格式",
        "None of the forms asked for can be given.",
    ),
    (
        "POST_NOT_HELD",
        403,
        "Post not held",
        "未担任该职务",
        "Gongkai-Acting-As names a post that the person does not hold now.",
    ),
    ("SERVICE_AWAY", 503, "Service away", "服务无响应", "The service behind the portal does not answer now."),
    ("SIGN_IN_NEEDED", 401, "Sign-in needed", "请先登录", "This needs a signed-in person."),
    ("TOKEN_EXPIRED", 401, "Signed out", "登录已过期", "The bearer token has expired."),
    (
        "TOKEN_INVALID",
        401,
        "Token not valid",
        "令牌无效",
        "The bearer token is not one of ours, or not meant for this platform.",
    ),
    (
        "ISSUER_UNAVAILABLE",
        503,
        "Sign-in service away",
        "登录服务暂不可用",
        "Tokens cannot be checked, because the sign-in service's keys cannot be had.",
    ),
    ("TOO_LARGE", 413, "Too large", "请求过大", "The body or file is larger than this address takes."),
    (
        "TOO_MANY_REQUESTS",
        429,
        "Too many requests",
        "请求过于频繁",
        "The limit of requests is reached; Retry-After says when to come back.",
    ),
    (
        "UNAVAILABLE",
        503,
        "Not available just now",
        "服务暂不可用",
        "The database or a neighbour cannot be reached; nothing was changed, and the same may be sent again.",
    ),
    (
        "UNSUPPORTED_MEDIA_TYPE",
        415,
        "Media type not supported",
        "不支持的内容类型",
        "The body is of a type this address does not take.",
    ),
    (
        "VERSION_NEEDED",
        428,
        "If-Match needed",
        "缺少版本号",
        "A command to an existing thing says with If-Match which version was seen.",
    ),
    (
        "VIEWS_BEHIND",
        503,
        "Not yet visible",
        "数据尚在同步",
        "The pages have not caught up with the position in Wait-For; ask again shortly.",
    ),
)

CODES: dict[str, Code] = {row[0]: Code(*row) for row in (*_DOMAIN, *_TECHNICAL)}

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
