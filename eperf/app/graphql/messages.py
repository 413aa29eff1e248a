"""The messages of `graphql-transport-ws`, read strictly and written once.

What is not a message of the protocol (not JSON, no object, a type it does not know, an id that is no string, a member
of a wrong shape) ends the socket with 4400, as the protocol wants; what is a message but no good request ends only
its own operation. A reason for closing is at most 123 bytes, so reasons are short and never echo what was sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from eperf.app.graphql.json import decode, encode
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.request import Request, from_json
from eperf.domain.errors import Refused

PROTOCOL = "graphql-transport-ws"
TOO_SLOW = "The reader is too slow"
"""Why a socket is closed whose reader has stopped."""


class Code(IntEnum):
    """Why a socket is closed."""

    GOING_AWAY = 1001
    TOO_BIG = 1009
    TRY_AGAIN = 1013
    BAD_REQUEST = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL = 4406
    INIT_TIMEOUT = 4408
    ID_IN_USE = 4409
    INIT_TWICE = 4429
    INTERNAL = 4500


class Closing(Exception):
    """The socket must be closed, with this code and reason."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Init:
    """`connection_init`; without a payload it is empty."""

    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ping:
    """`ping`, whose payload the answer carries back."""

    payload: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Pong:
    """`pong`: an answer that needs none."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """`subscribe`: an operation under an id of the client's."""

    id: str
    request: Request


@dataclass(frozen=True, slots=True)
class Complete:
    """`complete`: the client wants no more of an operation."""

    id: str


Message = Init | Ping | Pong | Subscribe | Complete


def parse(text: str, limits: Limits) -> Message:
    """The message in a text frame; raises `Closing`."""
    raw = text.encode()
    if len(raw) > limits.message_bytes:
        raise Closing(Code.TOO_BIG, f"Message longer than {limits.message_bytes} bytes")
    try:
        value = decode(raw, limits, "message")
    except Refused:
        raise Closing(Code.BAD_REQUEST, "Message is not JSON within the limits") from None
    if not isinstance(value, dict):
        raise Closing(Code.BAD_REQUEST, "Message is not an object")
    return _typed(value, limits)


def _typed(value: dict[str, Any], limits: Limits) -> Message:
    match value.get("type"):
        case "connection_init":
            return Init(_payload(value) or {})
        case "ping":
            return Ping(_payload(value))
        case "pong":
            _payload(value)
            return Pong()
        case "subscribe":
            return Subscribe(_id(value, limits), _request(value))
        case "complete":
            return Complete(_id(value, limits))
        case _:
            raise Closing(Code.BAD_REQUEST, "Message has no type that a server knows")


def _payload(value: dict[str, Any]) -> dict[str, Any] | None:
    payload = value.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise Closing(Code.BAD_REQUEST, "Payload is neither an object nor null")
    return payload


def _id(value: dict[str, Any], limits: Limits) -> str:
    found = value.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= limits.id_chars:
        raise Closing(Code.BAD_REQUEST, f"Id is not a string of 1 to {limits.id_chars} characters")
    return found


def _request(value: dict[str, Any]) -> Request:
    try:
        return from_json(value.get("payload"), "payload")
    except Refused as refused:
        raise Closing(Code.BAD_REQUEST, f"Subscribe payload: {refused.field} has a wrong shape") from None


def ack() -> str:
    """The answer to `connection_init`."""
    return '{"type":"connection_ack"}'


def pong(payload: dict[str, Any] | None) -> str:
    """The answer to `ping`."""
    return encode({"type": "pong"} if payload is None else {"type": "pong", "payload": payload}).decode()


def next_(id: str, answer: bytes) -> str:  # noqa: A002
    """One answer of an operation; the answer is encoded already and may be shared."""
    return (next_head(id) + answer).decode() + "}"


def next_head(id: str) -> bytes:  # noqa: A002
    """What stands before the answer in such a message; a brace stands behind it."""
    return b'{"id":%b,"type":"next","payload":' % encode(id)


def error(id: str, errors: list[dict[str, Any]]) -> str:  # noqa: A002
    """The end of an operation that was refused or broke off."""
    return encode({"id": id, "type": "error", "payload": errors}).decode()


def complete(id: str) -> str:  # noqa: A002
    """The end of an operation that has nothing more to say."""
    return encode({"id": id, "type": "complete"}).decode()
