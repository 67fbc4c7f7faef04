"""A relay in a process of its own, to be killed, and what a follower makes of what such relays have shipped.

``python -m tests.faults.shipping FOLDER [BOOTSTRAP]`` ships FOLDER's journal until it is ended.
"""

import sys
from pathlib import Path

from shared.clock import SystemClock
from shared.log import Log
from shared.log.kafka import KafkaLog
from shared.merging import Merge
from shared.relay import Relay
from tests.shared.flows import COUNTY, engine_of, journal_of, log_of

TOPIC = f"{COUNTY}.catalogue.events.v1"


def merged(log: Log) -> tuple[list[str], int]:
    """The ids of the events a follower would apply, in its order, and how many records it dropped as
    repeated.
    """
    merge = Merge("catalogue", 0, {}, log.partitions(TOPIC))
    ids: list[str] = []
    ends = log.positions(TOPIC)
    while any(place.offset < ends[p] for p, place in merge.ahead.items()):
        for record in log.read({(TOPIC, p): offset for p, offset in merge.wanted().items()}, 500, 0.5):
            merge.offer(record)
        ids += [event.event_id for event in merge.take(10_000).events]
    return ids, merge.duplicates


def main(folder: Path, bootstrap: str = "") -> None:
    engine = engine_of(folder, "catalogue")
    log: Log = KafkaLog(bootstrap) if bootstrap else log_of(folder)
    relay = Relay(engine, journal_of(engine, "catalogue"), log, COUNTY, SystemClock())
    relay.prepare()
    relay.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
