"""ADMS push: the protocol by which ZKTeco, Solution and their rebrands send clock records over HTTP.

The machine starts every exchange and names itself by a serial number, which is all the authentication there
is: keep it behind HTTPS or a VPN and an allow-list. What it is told OK for it forgets, so the service stores
first and answers then; on an internal failure it hears 503 and comes again, and the content key of a record
makes that harmless. Nothing here keeps state, so any worker may answer any machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from eperf.domain.attendance.command import CommandAsked
from eperf.domain.attendance.source import DeviceReply, DeviceRequest, DeviceState, Route
from eperf.domain.errors import BadInput, BadSerial
from eperf.plugins.builtin import adms_commands
from eperf.plugins.builtin.adms_attlog import read_attlog
from eperf.plugins.builtin.adms_lines import fact
from eperf.plugins.builtin.adms_options import configuration, posted_stamp
from eperf.plugins.builtin.adms_tables import USER_TABLES, read_info, read_options, read_users

_SERIAL = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TABLE = re.compile(r"[A-Za-z0-9_]{1,32}")

_OK = b"OK"

_OPERATIONS: tuple[tuple[str, str, str], ...] = (
    ("GET", "cdata", "handshake"),
    ("POST", "cdata", "upload"),
    ("GET", "getrequest", "poll"),
    ("POST", "devicecmd", "results"),
    ("GET", "registry", "greet"),
    ("POST", "registry", "greet"),
    ("GET", "querydata", "greet"),
    ("POST", "querydata", "queried"),
    ("GET", "ping", "greet"),
    ("POST", "ping", "greet"),
    ("POST", "fdata", "photo"),
)


class AdmsPush:
    """The built-in source `adms-push`."""

    name = "adms-push"
    version = "1.0"
    routes: tuple[Route, ...] = tuple(
        Route("GET" if method == "GET" else "POST", f"/iclock/{operation}{ending}", handler)
        for method, operation, handler in _OPERATIONS
        for ending in ("", ".aspx")
    )

    def serial_of(self, request: DeviceRequest) -> str:
        """The `SN` of the query: 1 to 64 letters, digits, `_` and `-`; raises `BadSerial` otherwise."""
        serial = _asked(request, "sn")
        if not _SERIAL.fullmatch(serial):
            raise BadSerial("SN", serial)
        return serial

    def handle(self, request: DeviceRequest, device: DeviceState | None, now: datetime) -> DeviceReply:
        """Reads one request of a machine; see `AttendanceSource.handle`."""
        self.serial_of(request)
        if device is None or device.state != "active":
            return DeviceReply(403, b"DEVICE NOT ACTIVE", device_facts=_greeting_facts(request))
        handler = _HANDLERS.get(_handler_name(self.routes, request))
        if handler is None:
            return DeviceReply(404, b"NOT FOUND")
        return handler(request, device)

    def command(self, asked: CommandAsked, zone_offset_min: int) -> str:
        """See `CommandedSource`."""
        return adms_commands.said(asked, zone_offset_min)

    def meaning(self, return_code: int) -> str:
        """See `CommandedSource`."""
        return adms_commands.MEANING.get(return_code, "unknown")


def _asked(request: DeviceRequest, name: str) -> str:
    """A value of the query by its name in any case; empty when absent."""
    return next((value for key, value in request.query.items() if key.lower() == name), "")


def _handler_name(routes: tuple[Route, ...], request: DeviceRequest) -> str:
    return next((r.handler_name for r in routes if (r.method, r.path) == (request.method, request.path)), "")


def _greeting_facts(request: DeviceRequest) -> dict[str, str]:
    version = fact(_asked(request, "pushver"))
    return {"push_version": version} if version else {}


def _handshake(request: DeviceRequest, device: DeviceState) -> DeviceReply:
    facts = _greeting_facts(request)
    answer = configuration(device, facts.get("push_version", ""))
    return DeviceReply(200, answer.encode(), device_facts=facts)


def _upload(request: DeviceRequest, device: DeviceState) -> DeviceReply:
    table = _asked(request, "table")
    if not _TABLE.fullmatch(table):
        raise BadInput("table", table, "an upload names its table")
    stamps = posted_stamp(table.upper(), _asked(request, "stamp"))
    return _table(table.upper(), request.body, device, stamps)


def _table(table: str, body: bytes, device: DeviceState, stamps: dict[str, str]) -> DeviceReply:
    """What an upload of a table gives. A table nobody knows is acknowledged, or the machine would never go
    on.
    """
    if table in ("ATTLOG", "RTLOG"):
        punches, skipped = read_attlog(body, device.zone_offset_min, door=table == "RTLOG")
        answer = f"OK: {len(punches)}".encode()
        return DeviceReply(200, answer, punches=punches, skipped=skipped, stamps=stamps)
    if table == "OPTIONS":
        return DeviceReply(200, _OK, device_facts=read_options(body))
    if table in USER_TABLES:
        people, count = read_users(body)
        answer = f"OK: {count}".encode() if table == "OPERLOG" else _OK
        return DeviceReply(200, answer, kept_users=people, stamps=stamps)
    return DeviceReply(200, _OK, dropped=table, stamps=stamps)


def _poll(request: DeviceRequest, device: DeviceState) -> DeviceReply:
    answer, sent = adms_commands.orders(device.commands)
    return DeviceReply(
        200, answer.encode(), commands_sent=sent, device_facts=read_info(_asked(request, "info"))
    )


def _results(request: DeviceRequest, device: DeviceState) -> DeviceReply:
    return DeviceReply(200, _OK, command_results=adms_commands.read_results(request.body))


def _greet(request: DeviceRequest, device: DeviceState) -> DeviceReply:
    return DeviceReply(200, _OK)


def _queried(request: DeviceRequest, device: DeviceState) -> DeviceReply:
    """The rows a machine was asked for: read like an upload of that table, answered with a plain OK."""
    table = _asked(request, "tablename") or _asked(request, "table")
    if not _TABLE.fullmatch(table):
        return DeviceReply(200, _OK)
    read = _table(table.upper(), request.body, device, {})
    return replace(read, body=_OK)


def _photo(request: DeviceRequest, device: DeviceState) -> DeviceReply:
    return DeviceReply(200, _OK, dropped="FDATA")


_HANDLERS: dict[str, Callable[[DeviceRequest, DeviceState], DeviceReply]] = {
    "handshake": _handshake,
    "upload": _upload,
    "poll": _poll,
    "results": _results,
    "greet": _greet,
    "queried": _queried,
    "photo": _photo,
}
