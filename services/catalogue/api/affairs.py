"""HTTP to what organisations do among themselves: leading groups, referrals, oversight of a town, rights, calendars.

Beside :func:`services.catalogue.api.routes`, on views of its own. Start at :func:`affairs`.
"""

from services.catalogue.api import calendars, leading_groups, oversight, referrals, rights, roll_import, town_rules
from services.catalogue.api.affairs_views import Views
from services.catalogue.api.parts import Parts
from shared.web import Api

__all__ = ["Views", "affairs"]


def affairs(parts: Parts, views: Views) -> Api:
    router = Api("catalogue")
    for add in (leading_groups.add, referrals.add, oversight.add):
        add(router, parts, views)
    for plain in (town_rules.add, calendars.add, rights.add, roll_import.add):
        plain(router, parts)
    return router
