"""Whether a town was covered in time, by what stood in it on the day it had set itself."""

from datetime import date

from services.catalogue.api.oversight import CoverageLine, all_covered_by


def test_what_is_founded_after_the_target_takes_nothing_from_having_met_it() -> None:  # ORG-13
    target, day = date(2026, 2, 28), date(2026, 2, 2)
    lines = [
        CoverageLine(organisation="FY-R1", catalogue_from=day, first_disclosure=day),
        CoverageLine(organisation="FY-R2", catalogue_from=None, first_disclosure=None),
    ]
    assert all_covered_by(target, {"FY-R1": day, "FY-R2": date(2026, 3, 1)}, lines)
    assert not all_covered_by(target, {"FY-R1": day, "FY-R2": target}, lines)
