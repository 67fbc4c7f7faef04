"""What waits for a person: the next step of each duty and disclosure that one of their posts may take.

A task names its disclosure or duty and the step; nobody is given a step that A-22 keeps from them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import RowMapping

from services.publication.views.desk import DeskWork
from services.publication.views.obligations import OPEN, Obligations
from services.publication.views.redisclosures import Redisclosures
from shared.identity import PostKind, Standing

Step = Literal[
    "draft",
    "submit",
    "review",
    "approve",
    "release-inside",
    "release-outside",
    "decide-redisclosure",
    "redisclose",
]
WRITERS = (PostKind.CLERK, PostKind.SECRETARY)


@dataclass(frozen=True)
class Task:
    """``earliest`` is from when on the step may be taken, where a lead must pass first; ``planned`` when it happens by
    itself; ``missed`` the plan that did not come true, with its owner.
    """

    step: Step
    organisation: str
    item: str
    title: str
    obligation: str = ""
    duty: str = ""
    period: str = ""
    due: date | None = None
    overdue: bool = False
    disclosure: str = ""
    version: int = 0
    earliest: datetime | None = None
    planned: datetime | None = None
    missed: dict[str, Any] | None = None


@dataclass(frozen=True)
class Asked:
    """Who asks, when, and the lead between inside and outside that their town keeps."""

    standing: Standing
    today: date
    lead: timedelta


def tasks(asked: Asked, obligations: Obligations, desk: DeskWork) -> Iterator[Task]:
    writing = _organisations(asked.standing, *WRITERS)
    for organisation in sorted(writing):
        yield from _to_draft(asked, organisation, obligations, desk)
    all_desks = writing | _organisations(asked.standing, PostKind.SECRECY_REVIEWER)
    for row in desk.listed(all_desks) if all_desks else []:
        yield from _next_step(asked, row)


def of_redisclosure(asked: Asked, redisclosures: Redisclosures, desk: DeskWork) -> Iterator[Task]:
    """The open question waits for the first person responsible; once decided, for whoever writes (PUB-30)."""
    waits: tuple[tuple[str, Step, tuple[PostKind, ...]], ...] = (
        ("pending", "decide-redisclosure", (PostKind.SECRETARY,)),
        ("due", "redisclose", WRITERS),
    )
    for waiting, step, kinds in waits:
        for organisation in sorted(_organisations(asked.standing, *kinds)):
            for row in redisclosures.of(organisation):
                work = desk.one(row["disclosure"]) if row[waiting] else None
                if work:
                    title = work["content"].get("title", "") or work["item_title"]
                    about = (row["disclosure"], row["asked_version"])
                    yield Task(step, organisation, work["item"], title, disclosure=about[0], version=about[1])


def _organisations(standing: Standing, *kinds: PostKind) -> frozenset[str]:
    return frozenset(p.organisation for p in standing.posts if p.kind in kinds)


def _to_draft(asked: Asked, organisation: str, obligations: Obligations, desk: DeskWork) -> Iterator[Task]:
    owed = list(obligations.listed(organisation=organisation, state=OPEN))
    begun = desk.drafted_for([row["obligation"] for row in owed])
    for row in owed:
        if row["obligation"] not in begun:
            names = {name: row[name] for name in ("organisation", "item", "title", "obligation", "duty", "period")}
            yield Task("draft", **names, due=row["due"], overdue=row["due"] < asked.today)


def _next_step(asked: Asked, row: RowMapping) -> Iterator[Task]:
    step = _step_of(asked.standing, row)
    if step:
        earliest = row["inside_at"] + asked.lead if step == "release-outside" else None
        yield Task(
            step,
            row["organisation"],
            row["item"],
            row["content"].get("title", "") or row["item_title"],
            obligation=row["obligation"] or "",
            duty=row["duty"] or "",
            period=row["period"],
            disclosure=row["disclosure"],
            version=row["version"],
            earliest=earliest,
            **_plans(row, step),
        )


def _plans(row: RowMapping, step: Step) -> dict[str, Any]:
    """What is planned for this step, or was."""
    side = step.removeprefix("release-")
    planned = next((plan["at"] for plan in row["planned"] if plan["side"] == side), None)
    missed = next((plan for plan in row["missed"] if plan["side"] == side), None)
    return {"planned": datetime.fromisoformat(planned) if planned else None, "missed": missed}


def _step_of(standing: Standing, row: RowMapping) -> Step | None:
    """The step this person may take with this disclosure now."""
    organisation, another = row["organisation"], standing.person not in row["authors"]
    writes = any(standing.holds(kind, organisation) for kind in WRITERS)
    match row["stage"]:
        case "draft" | "refused" if writes:
            return "submit" if row["stage"] == "draft" else "draft"
        case "submitted" if another and standing.holds(PostKind.SECRECY_REVIEWER, organisation):
            return "review"
        case "cleared" if another and standing.person != row["reviewer"]:
            return "approve" if standing.holds(PostKind.SECRETARY, organisation) else None
        case "approved" if writes:
            return "release-inside"
        case "inside" if writes and row["audience_outside"] and row["item_scope"] != "inside":
            return "release-outside"
        case _:
            return None
