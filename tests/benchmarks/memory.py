"""What an idle platform keeps in memory: each service of the split one, and all of the embedded one.

Measured as PSS: a page that processes share counts for each by its share, so that the sum is what the machine gives.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import sleep

from services.cli.check import split_parts_missing
from services.split.plan import SERVICES
from tests.benchmarks.rows import Effort, Row
from tests.benchmarks.web import founded
from tests.journeys import platforms

SERVICE_MIB, EMBEDDED_MIB = 150.0, 400.0
SETTLE_SECONDS = 5.0  # until what starting took has been given back or has not


def rows(effort: Effort) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as folder:
        var = Path(folder)
        var.chmod(0o755)
        with platforms.embedded(var / "embedded") as standing:
            founded(standing.url)
            sleep(SETTLE_SECONDS)
            assert standing.process is not None
            embedded = mebibytes(standing.process.pid)
        note = "five services, portal and log in one process"
        yield Row("the embedded platform, idle", embedded, "MiB", at_most=EMBEDDED_MIB, note=note)
        if not effort.quick and not list(split_parts_missing()):
            with platforms.split(var / "split") as standing:
                founded(standing.url)
                sleep(SETTLE_SECONDS)
                assert standing.split is not None
                each = {name: mebibytes(standing.split.children[name].pid) for name in SERVICES}
            said = ", ".join(f"{name} {size:g}" for name, size in each.items())
            yield Row(
                "the largest service, idle", max(each.values()), "MiB", at_most=SERVICE_MIB, note=f"split: {said}"
            )


def mebibytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kibibytes = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return round(kibibytes / 1024, 1)
