"""A machine of ours that speaks the protocol of port 4370, rightly or not, on a loopback port; tests fill its log."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from pyzk2.base import make_commkey

CONNECT, EXIT, AUTH, SIZES, PREPARE, READ, FREE = 1000, 1001, 1102, 50, 1503, 1504, 1502
ATTLOG, USERS, CLEAR = 13, 9, 15
OK, UNAUTH, DATA = 2000, 2005, 1501
_SESSION = 4711
_MAGIC = struct.pack("<HH", 0x5050, 0x7D82)


@dataclass
class Machine:
    """What it holds, how it misbehaves (`fault`), and every command that it was sent."""

    log: bytes = b""
    count: int = 0
    users: list[tuple[int, str]] = field(default_factory=list)
    key: int = 0
    fault: str = ""
    commands: list[int] = field(default_factory=list)
    port: int = 0

    def prepared(self, command: int) -> bytes:
        """What it gives to a request for a table: its length, then its rows."""
        if command == ATTLOG:
            return struct.pack("<I", len(self.log)) + self.log
        rows = [
            struct.pack("<HB5s8sIxBhI", number, 0, b"rahas", b"Siti", 0, 1, 0, int(pin))
            for number, pin in self.users
        ]
        return struct.pack("<I", 28 * len(rows)) + b"".join(rows)


def packet(code: int, session: int, reply: int, data: bytes = b"", length: int | None = None) -> bytes:
    body = struct.pack("<4H", code, 0, session, reply) + data
    return _MAGIC + struct.pack("<I", len(body) if length is None else length) + body


def _received(talk: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        piece = talk.recv(size - len(found))
        if not piece:
            raise ConnectionError
        found += piece
    return found


def _serve(machine: Machine, talk: socket.socket) -> None:
    buffer, known = b"", machine.key == 0
    while True:
        (length,) = struct.unpack("<I", _received(talk, 8)[4:])
        body = _received(talk, length)
        command, _, _, reply = struct.unpack("<4H", body[:8])
        machine.commands.append(command)
        if machine.fault and _misbehaves(machine, talk, command, reply):
            continue
        answer, data = OK, b""
        if command == CONNECT and not known:
            answer = UNAUTH
        elif command == AUTH:
            known = body[8:12] == bytes(make_commkey(machine.key, _SESSION))
            answer = OK if known else UNAUTH
        elif command == SIZES:
            numbers = [0] * 20
            numbers[4], numbers[8] = len(machine.users), machine.count
            data = struct.pack("<20i", *numbers)
        elif command == PREPARE:
            buffer = machine.prepared(struct.unpack("<bhii", body[8:19])[1])
            data = b"\0" + struct.pack("<I", len(buffer)) + b"\0" * 4
        elif command == READ:
            start, size = struct.unpack("<ii", body[8:16])
            answer, data = DATA, buffer[start : start + size]
        talk.sendall(packet(answer, _SESSION, reply, data))


def _misbehaves(machine: Machine, talk: socket.socket, command: int, reply: int) -> bool:
    """Whether the fault took the place of an answer."""
    if machine.fault == "silent":
        return True
    if machine.fault == "garbage":
        talk.sendall(b"\xff" * 64)
        return True
    if command == READ and machine.fault == "cut":
        talk.sendall(packet(DATA, _SESSION, reply, b"\0" * 10, length=5000))
        talk.shutdown(socket.SHUT_RDWR)
        raise ConnectionError
    if command == READ and machine.fault == "endless":
        talk.sendall(packet(DATA, _SESSION, reply, b"\0" * 10, length=0xFFFFFFFF))
        while True:
            talk.sendall(b"\0" * 65_536)
    if command == PREPARE and machine.fault == "huge":
        talk.sendall(packet(OK, _SESSION, reply, b"\0" + struct.pack("<I", 0xFFFFFFF0) + b"\0" * 4))
        return True
    return False


@contextmanager
def switched_on(machine: Machine) -> Iterator[Machine]:
    """The machine on a port of the loopback, for a while."""
    server = socket.create_server(("127.0.0.1", 0))
    machine.port = server.getsockname()[1]
    talks: list[socket.socket] = []

    def one(talk: socket.socket) -> None:
        with suppress(OSError, struct.error), talk:
            _serve(machine, talk)

    def accept() -> None:
        with suppress(OSError):
            while True:
                talk, _ = server.accept()
                talks.append(talk)
                threading.Thread(target=one, args=(talk,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield machine
    finally:
        server.close()
        for talk in talks:
            with suppress(OSError):
                talk.shutdown(socket.SHUT_RDWR)
