"""How the plan and A-17 divide the eight categories among a town's units, where it does not say otherwise."""

C3_TO_C6 = ("C3", "C4", "C5", "C6")


def usual_division(
    *, party_government_office: str, party_building_office: str, cdi: str, office: str, publicity: str = ""
) -> dict[str, str]:  # ORG-08, A-17
    """Category to unit. ``publicity``: a unit for C2, where there is one; ``office``: the leading group's.

    >>> usual_division(party_government_office="DZB", party_building_office="DJB", cdi="CDI", office="CDI")["C7"]
    'CDI'
    """
    return {
        "C1": party_government_office,
        "C2": publicity or party_building_office,
        **dict.fromkeys(C3_TO_C6, party_building_office),
        "C7": cdi,
        "C8": office,
    }
