"""What follows from a fact: duties raised, met, suspended; words forgotten that were refused. One file a subject."""

from services.publication.reactions.duties import on_catalogue_adopted, on_released_inside
from services.publication.reactions.plans import on_plan_approved
from services.publication.reactions.secrecy import on_refused_for_secrecy

__all__ = ["on_catalogue_adopted", "on_plan_approved", "on_refused_for_secrecy", "on_released_inside"]
