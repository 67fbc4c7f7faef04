"""What somebody may read, post by post: a second post widens nothing beyond what it grants itself."""

from datetime import UTC, datetime

import pytest

from services.catalogue.api.reach import knows_of
from shared.identity import PostHeld, PostKind, Standing

AT = datetime(2026, 7, 6, tzinfo=UTC)
EDUCATION = PostHeld("QS-EDU/unit-officer", PostKind.UNIT_OFFICER, "", "", "QS-EDU", "")
HEALTH = PostHeld("QS-HEA/unit-officer", PostKind.UNIT_OFFICER, "", "", "QS-HEA", "")
CLERK = PostHeld("HS-R1/clerk", PostKind.CLERK, "", "", "HS-R1", "heshan")
OFFICE = PostHeld("QS/county-office", PostKind.COUNTY_OFFICE, "", "", "QS", "")


def knows(action: str, *posts: PostHeld, organisation: str, unit: str, filed: bool = False) -> bool:
    town = {"FY": "fengyang", "HS": "heshan"}[organisation[:2]]
    return knows_of(action, Standing("qin-yu", AT, posts=posts), organisation, town, (unit,), filed=filed)


@pytest.mark.parametrize("action", ["change.read", "plan.read"])
def test_a_second_post_opens_to_a_county_unit_no_more_than_it_grants(action: str) -> None:  # ORG-16, A-02
    for second in (CLERK, HEALTH, OFFICE):
        posts = (EDUCATION, second)
        assert not knows(action, *posts, organisation="FY-R1", unit="FY-DJB"), second
        assert knows(action, *posts, organisation="FY-S1", unit="QS-EDU"), second
    assert knows(action, EDUCATION, CLERK, organisation="HS-R1", unit="HS-DJB")
    assert knows(action, EDUCATION, HEALTH, organisation="FY-H1", unit="QS-HEA")


def test_the_county_knows_of_a_change_once_it_is_filed() -> None:  # ORG-16
    assert not knows("change.read", OFFICE, organisation="FY-R1", unit="FY-DJB")
    assert knows("change.read", OFFICE, organisation="FY-R1", unit="FY-DJB", filed=True)
    assert not knows("change.read", EDUCATION, organisation="FY-R1", unit="FY-DJB", filed=True)
    assert not knows("plan.read", OFFICE, organisation="FY-R1", unit="FY-DJB")
