"""Of what lies before a unit or the county, the part that somebody may read by the post that grants it (A-02, ORG-16).

A post of a town or of an organisation grants all that the policy says; an officer of a unit of the county's own knows
of what that unit decides on, the county's office and commission of what was filed. Start at :func:`knows_of`.
"""

from collections.abc import Collection
from dataclasses import replace

from shared.identity import COUNTY_OVERSEERS, PostHeld, PostKind, Standing
from shared.policy import permits


def knows_of(
    action: str, standing: Standing, organisation: str, town: str, units: Collection[str], *, filed: bool = False
) -> bool:
    """``units`` decide on it; ``filed``: it is with the county for the record, if it is of a kind that is filed."""
    whole = tuple(post for post in standing.posts if not _of_county_unit(post) and not _over_county(post))
    if permits(action, replace(standing, posts=whole), organisation, town):
        return True
    if any(_of_county_unit(post) and post.organisation in units for post in standing.posts):
        return permits(action, standing, organisation, town)
    over = tuple(post for post in standing.posts if _over_county(post))
    return filed and permits(action, replace(standing, posts=over), organisation, town)


def _of_county_unit(post: PostHeld) -> bool:
    return post.kind == PostKind.UNIT_OFFICER and not post.town


def _over_county(post: PostHeld) -> bool:
    return post.kind in COUNTY_OVERSEERS
