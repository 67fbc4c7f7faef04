"""What follows from others' facts: an approved change is audited, an audited one goes to the county, and whatever is
withheld is filed with the superior. The platform submits by itself; persons receipt or return.
"""

from collections.abc import Iterable

from services.audit.domain.case import CASE, Case, OpenCase
from services.audit.domain.filing import FILING, SubmitFiling
from services.audit.events import REGISTRY, CaseLine, ChangeAudited
from services.audit.heard import ChangeApproved, WithholdingFiled
from shared.clock import at
from shared.events import Recorded, hear
from shared.handling import Do, Handler
from shared.identity.register import Register
from shared.reckoning import due_day
from shared.service import Reaction


def on_change_approved(register: Register) -> Reaction:  # CAT-17
    def commands(event: Recorded) -> Iterable[Do]:
        approved = hear(event, ChangeApproved)
        if approved:
            lines = tuple(_line(line) for line in approved.lines)
            kept = approved.model_dump(exclude={"lines", "on"})
            due = due_day(register, approved.town, "P-18", approved.on)
            yield Do(CASE, approved.change, OpenCase(**kept, lines=lines, due=due, on=approved.on))

    heeds = {ChangeApproved.SERVICE: frozenset({ChangeApproved.EVENT})}
    return Reaction("audit-approved-change", (ChangeApproved.SERVICE,), commands, heeds)


def _line(line: dict[str, object]) -> CaseLine:
    item = line.get("becomes") or line.get("was")
    titles = item if isinstance(item, dict) else {}
    said = {name: str(line[name]) for name in ("kind", "item", "sub_item")}
    said["reason"] = str(line.get("reason", ""))
    return CaseLine(**said, title_zh=str(titles.get("title_zh", "")), title_en=str(titles.get("title_en", "")))


def on_change_audited(handler: Handler, register: Register) -> Reaction:  # CAT-18
    def commands(event: Recorded) -> Iterable[Do]:
        if event.service != REGISTRY.service or event.name != ChangeAudited.__name__:
            return
        audited = ChangeAudited.model_validate(REGISTRY.upcast(event))
        case: Case = handler.state(CASE, audited.change)[1]
        opened = case.opening
        above = register.superiors(audited.organisation, at(audited.on))
        command = SubmitFiling(
            filing=audited.change,
            about="change",
            reference=audited.change,
            town=audited.town,
            organisation=audited.organisation,
            addressed_to=above[-1] if above else audited.organisation,
            items=tuple(line.item for line in opened.lines),
            matter=", ".join(sorted({line.kind for line in opened.lines})),
            ground="",
            persons=tuple(dict.fromkeys((opened.requested_by, opened.approved_by, audited.by, *opened.earlier))),
            late_workdays=0,
            due=due_day(register, audited.town, "P-18.receipt", audited.on),
            on=audited.on,
        )
        yield Do(FILING, audited.change, command)

    heeds = {REGISTRY.service: frozenset({ChangeAudited.__name__})}
    return Reaction("file-audited-change", (REGISTRY.service,), commands, heeds)


def on_withholding_filed(register: Register) -> Reaction:  # CAT-15
    def commands(event: Recorded) -> Iterable[Do]:
        filed = hear(event, WithholdingFiled)
        if filed:
            command = SubmitFiling(
                filing=filed.withholding,
                about="withholding",
                reference=filed.withholding,
                town=filed.town,
                organisation=filed.organisation,
                addressed_to=filed.addressed_to,
                items=(filed.item,),
                matter=filed.kind,
                ground=filed.ground,
                persons=tuple(dict.fromkeys(filter(None, (filed.filed_by, filed.reviewer)))),
                late_workdays=filed.late_workdays,
                due=due_day(register, filed.town, "P-18.receipt", filed.on),
                on=filed.on,
            )
            yield Do(FILING, filed.withholding, command)

    heeds = {WithholdingFiled.SERVICE: frozenset({WithholdingFiled.EVENT})}
    return Reaction("file-withholding", (WithholdingFiled.SERVICE,), commands, heeds)
