"""Every metric of the platform, one for each promise it makes (design 1 and 11); see docs/metrics.md.

One process may run several services, so every series names its service. Labels are bounded: codes, routes'
templates, names of views; never a person, a stream or a text.
"""

from collections.abc import Callable
from threading import Lock

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library gives it no types
_measures: list[Callable[[], bool]] = []
_lock = Lock()

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(f"gongkai_{name}", text, ("service", *labels), registry=REGISTRY)


def _gauge(name: str, text: str, *labels: str) -> Gauge:
    return Gauge(f"gongkai_{name}", text, ("service", *labels), registry=REGISTRY)


def _histogram(name: str, text: str, *labels: str, buckets: tuple[float, ...] = _FAST) -> Histogram:
    return Histogram(f"gongkai_{name}", text, ("service", *labels), buckets=buckets, registry=REGISTRY)


# accepted is durable, once (design 1.1, 1.2)
COMMANDS = _counter("commands_total", "Commands by how they ended.", "outcome")
APPEND_SECONDS = _histogram("journal_append_seconds", "The longest append of a commit: from queue to answer.")
LOCK_SECONDS = _histogram("journal_lock_seconds", "Waiting for the journal's lock, per commit.")
COMMIT_SECONDS = _histogram("journal_commit_seconds", "The commit itself, disk included.")
BATCH_APPENDS = _histogram("journal_batch_appends", "Appends written by one commit.", buckets=_SIZES)
CONFLICTS = _counter("journal_conflicts_total", "Appends refused: stream moved on, or command id reused.")
APPEND_FAILURES = _counter("journal_failures_total", "Appends turned away for technical reasons.", "reason")
HEAD = _gauge("journal_head", "Last position given out by the journal.")
QUEUE = _gauge("journal_queue", "Appends waiting for the writer.")
EVENTS = _counter("journal_events_total", "Events appended.")

# nothing skipped, nothing reordered (design 1.3)
RELAY_LAG_EVENTS = _gauge("relay_lag_events", "Events of the journal not yet in the log.")
RELAY_LAG_SECONDS = _gauge("relay_lag_seconds", "Age of the oldest event not yet in the log.")
RELAY_SENT = _counter("relay_sent_total", "Events put into the log.")
RELAY_FAILURES = _counter("relay_failures_total", "Sends the log did not take; they are sent again.")
RELAY_ALARMS = _counter("relay_alarms_total", "Alarms of the relay: someone must look.", "alarm")
LEASE_EPOCH = _gauge("relay_lease_epoch", "Epoch of the relay's lease; rises with every change of holder.")
LEASE_CHANGES = _counter("relay_lease_changes_total", "Times this process took the relay's lease.")
FOLLOWER_POSITION = _gauge("follower_position", "Last position applied.", "follower", "source")
FOLLOWER_LAG_EVENTS = _gauge("follower_lag_events", "Events not yet applied.", "follower", "source")
FOLLOWER_APPLIED = _counter("follower_applied_total", "Events applied.", "follower", "source")
FOLLOW_FAILURES = _counter("follow_failures_total", "Batches that failed and are tried again.", "source")
DUPLICATES = _counter("follower_duplicates_total", "Records dropped: their position was known.", "source")
GAPS = _counter("follower_gaps_total", "Times a position was missing and the follower stopped.", "source")
GAPPED = _gauge("follower_gapped", "1 while the source is not followed because of a gap.", "source")
PARKED = _gauge("parked_streams", "Streams set aside because an event could not be applied.", "follower")
PARKINGS = _counter("parkings_total", "Times a stream was set aside.", "follower")
REACTION_REFUSALS = _counter("reaction_refusals_total", "Refusals of what was done by itself.", "by", "code")
TICKER_FAILURES = _counter("ticker_failures_total", "Times a ticker could not say what falls due.", "ticker")

# a refusal has a name (design 1.7)
REFUSALS = _counter("refusals_total", "Requests refused, by code.", "code")

# provable: the transparency log and those who watch over it (design 1.6)
TLOG_SIZE = _gauge("tlog_size", "Entries under the published checkpoint of the transparency log.")
TLOG_UNLOGGED = _gauge("tlog_unlogged_entries", "Events recorded and not yet under the published checkpoint.")
TLOG_AGE = _gauge("tlog_checkpoint_age_seconds", "Since the checkpoint was last published; it is at least each minute.")
TLOG_REFUSED = _gauge("tlog_refused", "1 while nothing is signed, since it would give the log a second history.")
TLOG_COSIGNATURES = _gauge("tlog_cosignatures", "Witnesses whose cosignature the published checkpoint bears.")
TLOG_QUORUM_MISSED = _counter("tlog_quorum_missed_total", "Checkpoints held back: too few witnesses cosigned.")
WITNESS_FAILURES = _counter("tlog_witness_failures_total", "Witnesses that did not cosign.", "witness", "reason")
WITNESS_REFUSALS = _counter("witness_refusals_total", "Checkpoints this witness did not cosign.", "status")
WITNESS_FORKS = _counter("witness_forks_total", "Second histories of the log that this witness was shown.")

# what people wait for
HTTP_SECONDS = _histogram("http_request_seconds", "Duration of requests.", "method", "route", "status")
WAIT_FOR_TIMEOUTS = _counter("wait_for_timeouts_total", "Reads that gave up waiting for a position.")

# what a service stands on
READY = _gauge("ready", "1 while the service can do its work, as /readyz says.")
TROUBLE = _gauge("trouble", "1 while /readyz notes something that keeps no command from being taken.", "what")
LOG_REACHABLE = _gauge("log_reachable", "1 while the event log (Kafka, or its file) can be asked.")
LEASE_HELD = _gauge("lease_held", "1 while some process holds the lease.", "lease")
LEASE_EPOCHS = _gauge("lease_epoch", "How often the lease has been taken.", "lease")
DISK_FREE = _gauge("disk_free_bytes", "Free room on the disk.", "place")
DISK_SIZE = _gauge("disk_size_bytes", "Size of the disk.", "place")
BACKUP_AGE = _gauge("backup_age_seconds", "Age of the newest backup; without any, since 1970.", "kind")
CLOCK_STEPS = _counter("clock_steps_total", "Times the machine's clock was set.", "direction")
CLOCK_SKEW = _gauge("clock_database_skew_seconds", "How far the database's clock is ahead of this machine's.")
UNMEASURED = _counter("unmeasured_total", "Figures that could not be looked up at a scrape and kept their last value.")

# what the county is owed
OVERDUE = _gauge("obligations_overdue", "Obligations past their due date and not fulfilled.", "town")
VACANCIES = _gauge("first_person_vacancies", "Organisations without a first person responsible.", "town")
STALLED = _gauge("changes_stalled", "Changes and withholdings of which something was told and not taken up.", "town")
RELEASES_MISSED = _gauge("releases_missed", "Planned releases that did not happen and wait for their owner.", "town")


def measured_by(measure: Callable[[], bool]) -> None:
    """Have something measured at each scrape, until it answers False: what nobody reports when it changes."""
    with _lock:
        _measures.append(measure)


def exposition() -> bytes:
    """All metrics of this process in Prometheus' text format. May ask databases: not for an event loop."""
    with _lock:
        _measures[:] = [measure for measure in _measures if measure()]
    return generate_latest(REGISTRY)
