"""Commands to templates: each unit writes its own categories; when all 50 sub-items are settled it is completed."""

from dataclasses import asdict

from services.catalogue.api.bodies import TemplateBody
from services.catalogue.api.parts import Parts
from services.catalogue.domain.advice import of_all
from services.catalogue.domain.template import TEMPLATE, AuthorTemplate, CompleteTemplate, Template, identity
from services.catalogue.events import OrganisationType
from shared.handling import Do
from shared.web import Api, CommandDesk, Done


def add(router: Api, parts: Parts) -> None:
    @router.post("/towns/{town}/templates/{type}/items", action="template.author", status_code=201)
    def author_template(town: str, type: OrganisationType, body: TemplateBody, desk: CommandDesk) -> Done:  # noqa: A002 - the word of the address
        """Items and exclusions of the categories that the acting unit is in charge of (CAT-01).

        ``warnings`` say where they depart from the usual (CAT-13, CAT-20). What is written already is replaced only
        by who names the version they saw (If-Match).
        """
        acting = desk.may(town=town)
        command = AuthorTemplate(
            town=town,
            type=type,
            unit=acting.organisation,
            in_charge=parts.in_charge(town, desk.today),
            channels=parts.town(town).channels(desk.today),
            items=tuple(item.draft() for item in body.items),
            exclusions=tuple(exclusion.draft() for exclusion in body.exclusions),
            seen=desk.expected_version is not None,
        )
        template: Template = parts.handler.state(TEMPLATE, identity(town, type))[1]
        written = [template.kept(draft) for draft in command.items]
        told = {"warnings": [asdict(advice) for advice in of_all(written)]}
        return desk.handle(Do(TEMPLATE, identity(town, type), command), acting=acting, town=town, result=told)

    @router.post("/towns/{town}/templates/{type}/completion", action="template.author", status_code=201)
    def complete_template(town: str, type: OrganisationType, desk: CommandDesk) -> Done:  # noqa: A002 - the word of the address
        """Refused while a sub-item is neither included nor excluded with a reason (CAT-04 to CAT-11)."""
        acting = desk.may(town=town)
        do = Do(TEMPLATE, identity(town, type), CompleteTemplate(town, type))
        return desk.handle(do, acting=acting, town=town)
