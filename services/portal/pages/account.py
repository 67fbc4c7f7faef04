"""Signing in and out, and who one is here: posts, memberships, the post one acts in."""

from anyio import to_thread
from starlette.responses import RedirectResponse, Response

from services.portal.pages import Page
from services.portal.signin import CALLBACK, Issuer, finish, local, start
from services.portal.visit import Visit


async def me(visit: Visit) -> Response:
    return visit.page("me.html", held=visit.person.get("posts", []))


async def act_in(visit: Visit) -> Response:
    held = {p.get("post") for p in visit.person.get("posts", [])}
    chosen = visit.sent("post")
    if chosen in held or not chosen:
        await to_thread.run_sync(visit.desk.sessions.act_in, visit.visitor, chosen)
    return visit.see("/me")


async def sign_out(visit: Visit) -> Response:
    await to_thread.run_sync(visit.desk.sessions.end, visit.visitor)
    response = visit.see("/")
    response.delete_cookie(visit.desk.cookie, path="/", secure=visit.desk.secure, httponly=True, samesite="lax")
    return response


def pages(issuer: Issuer) -> list[Page]:
    """The pages of this area, over the issuer that people sign in with."""

    async def sign_in(visit: Visit) -> Response:
        back = local(visit.sent("back", "/"))
        if visit.signed_in:
            return visit.see(back)
        return RedirectResponse(await start(visit, issuer, back), 303)

    async def signed_in(visit: Visit) -> Response:
        return visit.see(await finish(visit, issuer))

    return [
        Page("GET", "/sign-in", sign_in),
        Page("GET", CALLBACK, signed_in),
        Page("POST", "/sign-out", sign_out),
        Page("GET", "/me", me, person=True),
        Page("POST", "/me/post", act_in, person=True),
    ]
