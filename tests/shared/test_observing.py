"""What is logged while something is away: at once, then once a minute, and when it works again."""

from structlog.testing import capture_logs

from shared.observing import Observer


def test_a_fault_that_goes_on_is_said_once_until_all_flows_again() -> None:
    observer = Observer()
    with capture_logs() as lines:
        for attempt in range(50):
            observer.relay_failed("publication", f"LogUnavailable: attempt {attempt}")
        observer.relay_failed("publication", "OperationalError: another fault")
        observer.relay_failed("archive", "LogUnavailable: another service")
        observer.flows_again("publication", "relay")
        observer.relay_failed("publication", "LogUnavailable: anew")
    said = [(line["event"], line["service"], line.get("reason", "").partition(":")[0]) for line in lines]
    assert said == [
        ("relay_failed", "publication", "LogUnavailable"),
        ("relay_failed", "publication", "OperationalError"),
        ("relay_failed", "archive", "LogUnavailable"),
        ("flows_again", "publication", ""),
        ("relay_failed", "publication", "LogUnavailable"),
    ]
