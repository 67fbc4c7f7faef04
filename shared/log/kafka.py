"""The event log on Apache Kafka: an idempotent producer that is thrown away at the first trouble, a consumer
per thread.

Nothing connects before it is used, so a Kafka that is down at start stops nothing. Offsets are the follower's
own; consumer groups are not used.
"""

import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import Lock, Thread, current_thread
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError, OffsetOutOfRangeError
from kafka.net import KafkaNetSocket
from kafka.producer.future import FutureProduceResult

from shared.log import LogUnavailable, OffsetUnknown, Outgoing, Record, UnknownTopic
from shared.log.kafka_batches import can_take, hand_over

PUBLISH_SECONDS_MAX = 20.0
CONNECT_SECONDS_MAX = 3.0
COMMON: dict[str, Any] = {
    "request_timeout_ms": 5_000,
    "retry_backoff_ms": 50,
    "reconnect_backoff_max_ms": 1_000,
    "bootstrap_timeout_ms": 5_000,
    "allow_auto_create_topics": False,
    "metrics_enabled": False,
    "proxy_url": "direct://",  # TidySocket
}
PRODUCER: dict[str, Any] = COMMON | {
    "acks": "all",
    "enable_idempotence": True,
    "delivery_timeout_ms": 86_400_000,  # an expired batch could be overtaken: the deadline is ours
    "linger_ms": 5,
    "batch_size": 131_072,
    "max_request_size": 1_000_000,
    "max_block_ms": 10_000,
}
CONSUMER: dict[str, Any] = COMMON | {
    "group_id": None,
    "enable_auto_commit": False,
    "auto_offset_reset": "none",  # an offset the log does not have is an alarm
    "max_poll_records": 2_000,
}


class KafkaLog:
    """``bootstrap`` is host:port, comma separated. Safe to share between threads; not across a fork."""

    def __init__(self, bootstrap: str, client_id: str = "gongkai") -> None:
        self.bootstrap = bootstrap
        self.client_id = client_id
        self._producer: Any = None
        self._carefully = False
        self._publishing = Lock()
        self._readers: dict[Thread, Reader] = {}
        self._asking: Any = None
        self._ask_lock = Lock()
        self._lock = Lock()

    def publish(self, records: Sequence[Outgoing]) -> None:
        with self._publishing:
            try:
                self._send(records)
            except (KafkaError, OSError, RuntimeError, AssertionError) as fault:
                self._drop_producer()
                raise _unavailable(self.bootstrap, fault) from fault

    def read(self, offsets: Mapping[tuple[str, int], int], limit: int = 500, wait: float = 0.2) -> Sequence[Record]:
        reader = self._reader()
        try:
            return reader.read(offsets, limit, wait)
        except OffsetOutOfRangeError as fault:
            self._drop_reader()
            raise _unknown_offset(fault, offsets) from fault
        except (KafkaError, OSError, RuntimeError, AssertionError) as fault:
            self._drop_reader()
            raise _unavailable(self.bootstrap, fault) from fault

    def partitions(self, topic: str) -> int:
        with self._consumer() as consumer:
            found = consumer.partitions_for_topic(topic)
        if not found:
            raise UnknownTopic(topic)
        return len(found)

    def positions(self, topic: str) -> Mapping[int, int]:
        count = self.partitions(topic)
        with self._consumer() as consumer:
            ends = consumer.end_offsets([TopicPartition(topic, p) for p in range(count)])
        return {place.partition: end for place, end in ends.items()}

    def close(self) -> None:
        with self._publishing:
            self._drop_producer()
        with self._ask_lock:
            self._drop_asking()
        with self._lock:
            readers = list(self._readers.values())
            self._readers.clear()
        for reader in readers:
            reader.close()

    def _send(self, records: Sequence[Outgoing]) -> None:
        if self._producer is None:
            must_answer(self.bootstrap)
            self._producer = KafkaProducer(
                bootstrap_servers=self.bootstrap, client_id=f"{self.client_id}-relay", **PRODUCER
            )
        deadline = time.monotonic() + PUBLISH_SECONDS_MAX
        if self._carefully or not can_take(self._producer):
            futures = [
                self._producer.send(r.topic, key=r.key, value=r.value, headers=list(r.headers), partition=r.partition)
                for r in records
            ]
        else:
            futures = [batch.produce_future for batch in hand_over(self._producer, records)]
        self._producer.flush(timeout=PUBLISH_SECONDS_MAX)  # what is left goes at once, without lingering
        for future in futures:
            _must_be_there(future, deadline)
        self._carefully = False

    def _drop_producer(self) -> None:
        """A producer that has failed once may wedge for good or send out of order: never use it again. The next one
        gets its records one by one, which lets it part a batch that the broker found too large.
        """
        producer, self._producer = self._producer, None
        self._carefully = True
        if producer is None:
            return
        producer._sender.force_close()  # no public way that does not wait for what is queued
        with suppress(KafkaError, RuntimeError):
            producer.close(timeout=0)

    def _reader(self) -> "Reader":
        thread = current_thread()
        with self._lock:
            reader = self._readers.get(thread)
            gone = [t for t in self._readers if not t.is_alive()]
            ended = [self._readers.pop(t) for t in gone]
        for other in ended:
            other.close()
        if reader is None:
            reader = Reader(self.bootstrap, f"{self.client_id}-{thread.name}")
            with self._lock:
                self._readers[thread] = reader
        return reader

    def _drop_reader(self) -> None:
        with self._lock:
            reader = self._readers.pop(current_thread(), None)
        if reader:
            reader.close()

    @contextmanager
    def _consumer(self) -> Iterator[Any]:
        """The consumer that only asks about topics, one question at a time."""
        with self._ask_lock:
            try:
                if self._asking is None:
                    self._asking = _new_consumer(self.bootstrap, f"{self.client_id}-asking")
                yield self._asking
            except (KafkaError, OSError, RuntimeError, AssertionError) as fault:
                self._drop_asking()
                raise _unavailable(self.bootstrap, fault) from fault

    def _drop_asking(self) -> None:
        consumer, self._asking = self._asking, None
        if consumer is not None:
            with suppress(KafkaError, RuntimeError):
                consumer.close()


class Reader:
    """One thread's consumer and where it stands; it connects at the first read."""

    def __init__(self, bootstrap: str, client_id: str) -> None:
        self._consumer: Any = None
        self._place = (bootstrap, client_id)
        self._next: dict[TopicPartition, int] = {}

    def read(self, offsets: Mapping[tuple[str, int], int], limit: int, wait: float) -> list[Record]:
        self._stand_at({TopicPartition(*place): offset for place, offset in offsets.items()})
        polled = self._consumer.poll(timeout_ms=int(wait * 1000), max_records=limit)
        found = [
            Record(r.topic, r.partition, r.offset, r.key or b"", r.value or b"", tuple(r.headers))
            for records in polled.values()
            for r in records
        ]
        for record in found:
            self._next[TopicPartition(record.topic, record.partition)] = record.offset + 1
        return found

    def close(self) -> None:
        if self._consumer is not None:
            with suppress(KafkaError, RuntimeError):
                self._consumer.close()

    def _stand_at(self, offsets: dict[TopicPartition, int]) -> None:
        if self._consumer is None:
            self._consumer = _new_consumer(*self._place)
        if self._next.keys() != offsets.keys():
            self._consumer.assign(list(offsets))
            self._next = dict.fromkeys(offsets, -1)
        for place, offset in offsets.items():
            if self._next[place] != offset:
                self._consumer.seek(place, offset)
                self._next[place] = offset


class TidySocket(KafkaNetSocket):  # type: ignore[misc]  # kafka-python is published without types
    """Connects directly, and closes the socket of a connection that failed: kafka-python 3.0.12 leaves it open."""

    SCHEMES = ("direct",)

    async def sock_connect(self, net: Any, sock: Any, sockaddr: Any, timeout_at: float | None = None) -> Any:
        try:
            return await super().sock_connect(net, sock, sockaddr, timeout_at=timeout_at)
        except BaseException:
            sock.close()
            raise


def must_answer(bootstrap: str) -> None:
    """Raises OSError if no broker takes a connection: a client made in vain would leave its sockets open."""
    fault = OSError("no bootstrap server is named")
    for server in bootstrap.split(","):
        host, _, port = server.strip().rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS_MAX):
                return
        except OSError as refused:
            fault = refused
    raise fault


def _must_be_there(future: Any, deadline: float) -> None:
    """Of one record, or of a batch, whose outcome is the offset, the time and what went wrong with which record."""
    left = max(0.001, deadline - time.monotonic())
    if isinstance(future, FutureProduceResult):
        if not future.wait(left) or not future.is_done:
            raise KafkaTimeoutError("a batch was not acknowledged in time")
        if future.failed():
            raise future.exception
        if (wrong := future.value[2]) is not None:
            raise wrong(0)
    elif not future.succeeded():
        future.get(timeout=left)


def _new_consumer(bootstrap: str, client_id: str) -> Any:
    must_answer(bootstrap)
    return KafkaConsumer(bootstrap_servers=bootstrap, client_id=client_id, **CONSUMER)


def _unavailable(bootstrap: str, fault: Exception) -> LogUnavailable:
    return LogUnavailable(f"Kafka at {bootstrap}: {type(fault).__name__}: {fault}")


def _unknown_offset(fault: Exception, offsets: Mapping[tuple[str, int], int]) -> OffsetUnknown:
    """Kafka names the partitions in the error's first argument."""
    named = fault.args[0] if fault.args and isinstance(fault.args[0], dict) else {}
    for place in named:
        key = (place.topic, place.partition)
        return OffsetUnknown(*key, offsets.get(key, -1))
    return OffsetUnknown(*next(iter(offsets)), -1)
