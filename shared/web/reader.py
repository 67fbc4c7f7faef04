"""What a read is given: who asks, which audiences they belong to, pages, and ETags that spare an answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from shared.personal_data.opening import open_page
from shared.web import paging
from shared.web.caller import Caller, Web
from shared.web.caller import caller as called_by
from shared.web.problems import NotModified

T = TypeVar("T")


@dataclass
class Reading(Caller):
    """One read. Ask :meth:`may`, or filter rows by :attr:`audiences`; without either nothing is sent."""

    request: Request
    response: Response
    limit: int = paging.LIMIT
    cursor: Any = None  # the sort key after which the page begins, for those who pass it on to SQL
    decided: bool = field(default=False, init=False)

    @property
    def audiences(self) -> frozenset[str]:
        """Only rows whose audience is in here exist for the caller."""
        self.decided = True
        return self.standing.audiences

    def sees(self, audience: str, town: str) -> bool:
        """Whether something of a town, meant for an audience, exists for the caller."""
        self.decided = True
        return self.standing.sees(audience, town)

    def page(self, rows: Iterable[T], key: Callable[[T], Any], *, descending: bool = False) -> paging.Page[Any]:
        """The page asked for, of ``rows`` in order of ``key``, which is unique; and its Link header."""
        taken, more = paging.cut(rows, key, after=self.cursor, limit=self.limit, descending=descending)
        following = paging.encode(key(taken[-1]), paging.list_id(self.request)) if more else None
        if following:
            query = dict(self.request.query_params) | {"cursor": following}
            query.pop("after", None)
            self.response.headers["Link"] = f'<{self.request.url.path}?{urlencode(query)}>; rel="next"'
        return paging.Page[Any](items=taken, next=following)

    def etag(self, version: int | str) -> None:
        """Name the version shown; the request ends with 304 if the caller has it (If-None-Match)."""
        self.response.headers["ETag"] = f'"{version}"'

    def opened(self, text: str) -> str:
        """A sealed text in clear, for an answer that is no model."""
        web: Web = self.request.app.state.web
        return str(web.platform.vault.opened([text]).get(text, text))

    def clear(self, answer: Any) -> None:
        """An answer with personal data is always sent: what has been erased since must not stay in a cache."""
        web: Web = self.request.app.state.web
        tag = self.response.headers.get("ETag", "")
        if open_page(answer, web.platform.vault) or not tag:
            return
        known = [t.strip().removeprefix("W/") for t in self.request.headers.get("if-none-match", "").split(",")]
        if tag in known or "*" in known:
            raise NotModified(tag)


async def _reading(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=paging.LIMIT_MAX)] = paging.LIMIT,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Reading:
    caller = await called_by(request)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization, Gongkai-Acting-As, Accept-Language"
    after = paging.decode(cursor, paging.list_id(request)) if cursor else None
    return Reading(caller.standing, caller.now, caller.action, request, response, limit, after)


Reader = Annotated[Reading, Depends(_reading)]
