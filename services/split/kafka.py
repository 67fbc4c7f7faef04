"""An Apache Kafka of our own for development and tests: one KRaft node from the published jars, no container.

Start at :class:`KafkaBroker`; ``cluster`` puts three together. The jars are those of ``KAFKA_HOME`` if it is
set, else fetched once through Maven into a cache (``GONGKAI_CACHE``, by default ``~/.cache/gongkai``). A broker
ends with whoever started it.
"""

import base64
import ctypes
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

DEPLOY = Path(__file__).parents[2] / "deploy" / "kafka"
FLAGS = (
    "-Xms64m -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.net.preferIPv4Stack=true "
    f"-Dlog4j2.configurationFile={DEPLOY / 'log4j2.properties'}"
).split()
HOST = "127.0.0.1"
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 20.0
FETCH_SECONDS_MAX = 600
PR_SET_PDEATHSIG = 1
MARKER = "kafka-server-[0-9]*.jar"


class KafkaMissing(Exception):
    """Kafka cannot be run here. The message says how to get it."""


class KafkaDown(Exception):
    """The broker did not start; the message has the end of its log."""


@dataclass(frozen=True)
class Kafka:
    """Where Java and the jars are."""

    java: str
    jars: Path

    @property
    def class_path(self) -> str:
        return str(self.jars / "*")


def cache_folder() -> Path:
    return Path(os.environ.get("GONGKAI_CACHE") or Path.home() / ".cache" / "gongkai")


def find_kafka() -> Kafka:
    """Java and jars that are here already. Raises :class:`KafkaMissing`."""
    java = shutil.which("java")
    if java is None:
        raise KafkaMissing("Java is not installed; apt-get install openjdk-17-jre-headless")
    home = os.environ.get("KAFKA_HOME")
    folders = [Path(home) / "libs", Path(home)] if home else [cache_folder() / "kafka"]
    for folder in folders:
        if any(folder.glob(MARKER)):
            return Kafka(java, folder)
    where = f"KAFKA_HOME={home}" if home else f"{folders[0]}"
    raise KafkaMissing(
        f"the Kafka jars are not in {where}; `make up` fetches them through Maven (apt-get install maven), "
        "or name an unpacked Apache Kafka 4 in KAFKA_HOME"
    )


def get_kafka() -> Kafka:
    """The same, and the jars are fetched if they are not here. Raises :class:`KafkaMissing`."""
    try:
        return find_kafka()
    except KafkaMissing:
        if os.environ.get("KAFKA_HOME") or shutil.which("java") is None:
            raise
    with _one_at_a_time():
        try:
            return find_kafka()  # somebody else has fetched them meanwhile
        except KafkaMissing:
            fetch_jars(cache_folder() / "kafka")
    return find_kafka()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Of several processes that want the jars at once one fetches them, and the others wait."""
    cache_folder().mkdir(parents=True, exist_ok=True)
    with (cache_folder() / "kafka.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fetch_jars(folder: Path) -> None:
    """Copy the class path of deploy/kafka/pom.xml into ``folder``, whole or not at all.

    Raises :class:`KafkaMissing`.
    """
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaMissing("Maven is not installed to fetch the Kafka jars; apt-get install maven, or set KAFKA_HOME")
    fresh = folder.with_name(f"{folder.name}.{os.getpid()}")
    command = [maven, "-q", "-B", "-f", str(DEPLOY / "pom.xml"), "dependency:copy-dependencies"]
    command += ["-DincludeScope=runtime", f"-DoutputDirectory={fresh}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_SECONDS_MAX, check=False)  # noqa: S603 - our own
    except subprocess.TimeoutExpired as late:
        shutil.rmtree(fresh, ignore_errors=True)
        raise KafkaMissing(f"Maven did not fetch the Kafka jars in {FETCH_SECONDS_MAX} s; try again") from late
    if done.returncode or not any(fresh.glob(MARKER)):
        shutil.rmtree(fresh, ignore_errors=True)
        raise KafkaMissing(
            f"Maven could not fetch the Kafka jars; it said: {(done.stdout + done.stderr).strip()[-600:]}"
        )
    if any(folder.glob(MARKER)):
        shutil.rmtree(fresh)
        return
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


class KafkaBroker:
    """``with KafkaBroker(folder, port=29092) as broker:`` a broker that keeps its data under ``folder``."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 29092,
        controller_port: int = 0,
        settings: Mapping[str, str] | None = None,
        flags: tuple[str, ...] = (),
        cluster: str = "",
    ) -> None:
        """``cluster`` is the id shared by the nodes of a fixed quorum; alone, a node makes one up."""
        self.folder = folder.absolute()
        self.port = port
        self.controller_port = controller_port or port + 1
        self.settings = dict(settings or {})
        self.flags = flags
        self.cluster = cluster
        self._started_at = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "broker.log"

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Format if new, start, and wait until it answers.

        Raises :class:`KafkaMissing` or :class:`KafkaDown`.
        """
        self.launch()
        self.await_ready()

    def launch(self) -> None:
        """The same, without waiting: a node of a cluster answers only when others are there."""
        kafka = get_kafka()
        properties = self._write_properties()
        if not (self.folder / "data" / "meta.properties").exists():
            self._format(kafka, properties)
        command = [kafka.java, *FLAGS, *self.flags, "-cp", kafka.class_path, "kafka.Kafka", str(properties)]
        with self.log.open("ab") as output:
            self._started_at = output.tell()
            self.process = subprocess.Popen(  # noqa: S603 - our own broker
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def await_ready(self) -> None:
        try:
            self._await_ready(self._started_at)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Shut down cleanly, and insist after a while."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def kill(self) -> None:
        """End it as a power cut would (kill -9)."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def freeze(self) -> None:
        """Stop it in its tracks, sockets open: a gray failure. :meth:`thaw` lets it go on."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)

    def _write_properties(self) -> Path:
        """deploy/kafka/server.properties with our ports and folder; the last value of a key is the one that
        counts.
        """
        ours = {
            "listeners": f"PLAINTEXT://{HOST}:{self.port},CONTROLLER://{HOST}:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://{HOST}:{self.port}",
            "controller.quorum.bootstrap.servers": f"{HOST}:{self.controller_port}",
            "log.dirs": str(self.folder / "data"),
        } | self.settings
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = [
            (DEPLOY / "server.properties").read_text(),
            *(f"{key}={value}" for key, value in ours.items()),
        ]
        properties = self.folder / "server.properties"
        properties.write_text("\n".join(lines) + "\n")
        return properties

    def _format(self, kafka: Kafka, properties: Path) -> None:
        tool = [kafka.java, *FLAGS, "-cp", kafka.class_path, "kafka.tools.StorageTool"]
        alone = [] if self.cluster else ["--standalone"]
        command = [*tool, "format", *alone, "-t", self.cluster or new_cluster_id(), "-c", str(properties)]
        command += ["--ignore-formatted"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own
        if done.returncode:
            raise KafkaDown(f"Kafka could not be formatted in {self.folder}: {(done.stdout + done.stderr)[-600:]}")

    def _await_ready(self, start: int) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                raise KafkaDown(f"Kafka ended while starting; see {self.log}\n{self._tail(start)}")
            if "Kafka Server started" in self._tail(start) and _answers(self.port):
                return
            time.sleep(0.05)
        raise KafkaDown(f"Kafka was not ready after {START_SECONDS_MAX:.0f} s; see {self.log}\n{self._tail(start)}")

    def _tail(self, start: int) -> str:
        with self.log.open("rb") as log:
            log.seek(start)
            return log.read().decode(errors="replace")[-4000:]


def new_cluster_id() -> str:
    """As Kafka's own tool makes them: 16 random bytes in URL-safe base64, not beginning with a dash."""
    while (made := base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")).startswith("-"):
        pass
    return made


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


_libc = ctypes.CDLL(None, use_errno=True) if os.name == "posix" and Path("/proc").exists() else None


def _die_with_parent() -> None:
    if _libc:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
