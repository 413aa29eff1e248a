"""Real receivers of webhooks on loopback, well behaved and otherwise, over plain TCP or TLS with a certificate of ours."""

from __future__ import annotations

import asyncio
import datetime
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Answer = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Request:
    """A request as it came in."""

    line: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def event(self) -> dict[str, Any]:
        """Its body."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Receiver:
    """A listening receiver and what it got, whether or not it took it."""

    port: int
    answer: Answer
    got: list[Request] = field(default_factory=list)
    connections: int = 0
    scheme: str = "http"

    def url(self, host: str = "127.0.0.1") -> str:
        """Its address."""
        return f"{self.scheme}://{host}:{self.port}/hook"

    @property
    def cursors(self) -> list[int]:
        """The places of the updates that came, in the order of arrival."""
        return [int(one.event["cursor"]) for one in self.got if "cursor" in one.event]


@asynccontextmanager
async def receiving(
    answer: Answer, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Receiver]:
    """A receiver on loopback until the end of the block."""
    tasks: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        receiver.connections += 1
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with suppress(OSError, asyncio.IncompleteReadError, ValueError, asyncio.CancelledError):
            while not writer.is_closing():
                request = await _read(reader)
                receiver.got.append(request)
                await receiver.answer(request, writer)
                await writer.drain()
        tasks.discard(task)
        writer.close()

    server = await asyncio.start_server(serve, host, 0, ssl=tls, limit=1 << 20)
    receiver = Receiver(server.sockets[0].getsockname()[1], answer, scheme="https" if tls else "http")
    try:
        yield receiver
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(head[0], headers, body, monotonic())


def status(code: int, body: bytes = b"", headers: str = "") -> Answer:
    """Answers with a status."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {code} X\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body)

    return answer


OK = status(204)


async def echoes(request: Request, writer: asyncio.StreamWriter) -> None:
    """Answers a verification with its challenge, everything else with 200."""
    data = request.event.get("data") or {}
    await status(200, str(data.get("challenge", "")).encode())(request, writer)


async def hangs(_: Request, __: asyncio.StreamWriter) -> None:
    """Never answers."""
    await asyncio.sleep(3_600)


def drips(before: bytes) -> Answer:
    """Sends a beginning, then a letter every tenth of a second for ever."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(before)
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.1)

    return answer


async def floods(_: Request, writer: asyncio.StreamWriter) -> None:
    """Answers 200 and then as much as is taken."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n")
    while True:
        writer.write(b"y" * 65_536)
        await writer.drain()


async def resets(_: Request, writer: asyncio.StreamWriter) -> None:
    """Cuts the connection with an RST."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")  # SO_LINGER of no time
    writer.transport.abort()


async def is_no_http(_: Request, writer: asyncio.StreamWriter) -> None:
    """Says something else."""
    writer.write(b"\xff\xfe SSH-2.0 hello\r\n\r\n")
    writer.close()


def certificates(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS for a name, by a certificate that nobody has signed but itself; and that certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    chain, secret = folder / f"{name}.pem", folder / f"{name}.key"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, secret)
    return context, chain
