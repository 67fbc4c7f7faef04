"""HTTP to the two releases: inside the Party, then outside it."""

from services.publication.api.bodies import ReleaseInsideBody, ReleaseOutsideBody
from services.publication.api.parts import Parts
from services.publication.domain.disclosure import DISCLOSURE
from services.publication.domain.release import ReleaseInside, ReleaseOutside
from services.publication.views.almanac import Almanac
from shared.web import Api, CommandDesk, Done
from shared.web.desk import Desk


def add(router: Api, parts: Parts) -> None:
    path = "/disclosures/{disclosure}"

    @router.post(f"{path}/release-inside", action="disclosure.release", versioned=True)
    def release_inside(disclosure: str, body: ReleaseInsideBody, desk: CommandDesk) -> Done:
        """To the audience of the item inside the Party, with the evidence of each channel."""
        by, channels = desk.standing.person, tuple(body.channels)
        command = ReleaseInside(by, desk.now, desk.today, channels, tuple(body.named))
        return _released(parts, desk, disclosure, command)

    @router.post(f"{path}/release-outside", action="disclosure.release", versioned=True)
    def release_outside(disclosure: str, body: ReleaseOutsideBody, desk: CommandDesk) -> Done:
        """INSIDE_FIRST and LEAD_TOO_SHORT stand between (PUB-04); ``facts`` say from when on it may be."""
        _, drafted = parts.disclosure(disclosure)
        lead = Almanac(parts.register, desk.now).parameters(drafted.town).lead
        command = ReleaseOutside(desk.standing.person, desk.now, desk.today, tuple(body.channels), lead)
        return _released(parts, desk, disclosure, command)


def _released(parts: Parts, desk: Desk, disclosure: str, command: ReleaseInside | ReleaseOutside) -> Done:
    """What is about to be shown, and nothing else, is kept in clear first: so that readers find it."""
    state, drafted = parts.disclosure(disclosure)
    parts.acting(desk, drafted)
    DISCLOSURE.decide(state, command)
    for attachment in state.current.content.attachments:
        if attachment.clear:
            parts.documents.put(parts.document(attachment.digest))
    return parts.done(desk, disclosure, command, released_at=desk.now.isoformat())
