"""A mail server for tests, with a certificate made on the spot: speaks as much SMTP as takes a message by STARTTLS."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

TEN_YEARS = timedelta(days=3650)


def certificate_in(folder: Path, *, address: str = "127.0.0.1", issued: datetime | None = None) -> Path:
    """A self-made certificate for an address, valid for ten years, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail for tests")])
    begins = issued or datetime.now(UTC) - timedelta(days=1)  # noqa: TID251 - certificates live in real time
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + TEN_YEARS)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    kept = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = folder / f"mail-{address}.pem"
    file.write_bytes(key.private_bytes(*kept) + made.public_bytes(serialization.Encoding.PEM))
    return file


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server: Any = self.server
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            server.heard.append(line)
            match line.split()[0].upper():
                case "EHLO":
                    self._say("250-here", "250 STARTTLS")
                case "STARTTLS":
                    self._say("220 go on")
                    if not self._goes_over(server.context):
                        return
                case "DATA":
                    self._say("354 go on")
                    server.messages.append(self._message())
                    self._say("250 taken")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 well")

    def _goes_over(self, context: ssl.SSLContext) -> bool:
        """To TLS; the other side may go when it sees the certificate."""
        try:
            self.request = context.wrap_socket(self.request, server_side=True)
        except OSError:
            return False
        self.rfile.close()
        self.setup()
        return True

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def _message(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        return "\n".join(lines)

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class MailServer(socketserver.ThreadingTCPServer):
    """``heard`` are the commands, ``messages`` what was taken."""

    daemon_threads = True

    def __init__(self, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.heard: list[str] = []
        self.messages: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


@contextmanager
def serving(certificate: Path) -> Iterator[MailServer]:
    with MailServer(certificate) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
