"""Orders to an ADMS machine, and what it says of them afterwards.

A machine polls; the answer is OK or lines `C:<id>:<order>`. Only the DATA forms work on real hardware (`USER
ADD` and `USER DEL` fail), so only those are built here.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from eperf.domain.attendance.command import CommandAsked, CommandKind
from eperf.domain.attendance.source import CommandResult, DeviceCommand
from eperf.domain.errors import BadInput, TooMany
from eperf.plugins.builtin.adms_lines import fact, lines_of
from eperf.plugins.builtin.clock_fields import PIN

MEANING: dict[int, str] = {
    0: "ok",
    -1: "unsupported or no data",
    -2: "file",
    -1002: "syntax",
    -1004: "table unsupported",
}
"""What a return code says."""

MAX_ORDERS = 20
"""Orders handed out at one poll; the next poll takes the next ones."""

MAX_PAIRS = 10_000
"""Pairs of one post of results; more is refused as a whole. A machine has a few orders at a time."""

_ID = re.compile(r"[0-9]{1,18}")
_RETURN = re.compile(r"-?[0-9]{1,18}")
_PAIRS = frozenset({b"id", b"return", b"cmd"})


def info() -> str:
    """Asks for the device's facts."""
    return "INFO"


def check() -> str:
    """Asks the device to push what is new."""
    return "CHECK"


def log() -> str:
    """Asks the device to look for new records and push them."""
    return "LOG"


def query_attlog(first: datetime, last: datetime) -> str:
    """Asks for the records between two device-local times again."""
    return f"DATA QUERY ATTLOG StartTime={first:%Y-%m-%d %H:%M:%S}\tEndTime={last:%Y-%m-%d %H:%M:%S}"


def update_user(pin: str, name: str) -> str:
    """Enrols an ordinary user; names on the device are short, 24 characters here."""
    _check_pin(pin)
    shown = "".join(c for c in name if c.isprintable() and c not in "\t=")
    return f"DATA UPDATE USERINFO PIN={pin}\tName={shown[:24]}\tPri=0"


def delete_user(pin: str) -> str:
    """Removes a user from the device."""
    _check_pin(pin)
    return f"DATA DELETE USERINFO PIN={pin}"


def said(asked: CommandAsked, zone_offset_min: int) -> str:
    """What an officer asks for, in the device's own language; its times are of the device's zone."""
    match asked:
        case CommandAsked(kind=CommandKind.QUERY_RECORDS, first=datetime() as first, last=datetime() as last):
            zone = timezone(timedelta(minutes=zone_offset_min))
            return query_attlog(first.astimezone(zone), last.astimezone(zone))
        case CommandAsked(kind=CommandKind.PUT_USER, pin=str(pin)):
            return update_user(pin, asked.name)
        case CommandAsked(kind=CommandKind.DELETE_USER, pin=str(pin)):
            return delete_user(pin)
        case CommandAsked(kind=CommandKind.INFO):
            return info()
        case CommandAsked(kind=CommandKind.CHECK):
            return check()
        case CommandAsked(kind=CommandKind.LOG):
            return log()
    raise BadInput("command", asked.kind.value, "it lacks what it is about")


def _check_pin(pin: str) -> None:
    if not PIN.fullmatch(pin):
        raise BadInput("pin", pin, "1 to 24 printable ASCII characters, no blank, no backslash")


def orders(waiting: tuple[DeviceCommand, ...]) -> tuple[str, tuple[int, ...]]:
    """The answer to a poll and the ids it hands out. An order that is not one line is left out."""
    fit = [c for c in waiting if c.text and c.text.replace("\t", "").isprintable()][:MAX_ORDERS]
    if not fit:
        return "OK", ()
    return "".join(f"C:{c.id}:{c.text}\n" for c in fit), tuple(c.id for c in fit)


def read_results(body: bytes) -> tuple[CommandResult, ...]:
    """The results in a post: `ID=..&Return=..&CMD=..` lines, or the same pairs a line each after a shell
    order.

    A new ID starts a new result; the pairs of a line belong to its one ID wherever in the line it stands. A result
    without a readable ID belongs to nothing and is ignored: a line of several pairs and no ID is one, and in the other
    form it begins with a pair that the last result has already. Raises `TooMany` for more than `MAX_PAIRS`.
    """
    if body.count(b"=") > MAX_PAIRS:
        raise TooMany("device_result_pairs", MAX_PAIRS, body.count(b"="))
    results: list[CommandResult] = []
    said = set(_PAIRS)
    for _, line in lines_of(body):
        split = (pair.partition(b"=") for pair in line.split(b"&"))
        pairs = [(name.strip().lower(), value) for name, equals, value in split if equals]
        ids = sum(name == b"id" for name, _ in pairs)
        if len(pairs) > 1 and not ids:
            continue
        if ids == 1:
            pairs.sort(key=lambda pair: pair[0] != b"id")
        for key, value in pairs:
            if key == b"id":
                said = _begin(results, fact(value))
            elif key in said:
                said = set(_PAIRS)
            elif key in _PAIRS:
                said.add(key)
                _complete(results, key, fact(value))
    return tuple(results)


def _begin(results: list[CommandResult], value: str) -> set[bytes]:
    """Starts the result of an ID; which pairs it has so far, all of them when the ID is unreadable: none may follow."""
    if not _ID.fullmatch(value):
        return set(_PAIRS)
    results.append(CommandResult(int(value), None, "", False))
    return {b"id"}


def _complete(results: list[CommandResult], key: bytes, value: str) -> None:
    last = results[-1]
    if key == b"cmd":
        results[-1] = CommandResult(last.id, last.return_code, value, last.ok)
    elif _RETURN.fullmatch(value):
        results[-1] = CommandResult(last.id, int(value), last.command, int(value) == 0)
