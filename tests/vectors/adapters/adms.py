"""Vectors of `adms`: each goes through the source as a machine's own request would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from eperf.domain.attendance.punch import PunchKind, RawPunch, SkippedLine, Verify, record_key
from eperf.domain.attendance.source import (
    STRANGER,
    UNAVAILABLE,
    DeviceReply,
    DeviceRequest,
    DeviceState,
    refusal_reply,
)
from eperf.domain.errors import BadInput, Refused
from eperf.plugins.builtin.adms import AdmsPush
from eperf.plugins.builtin.adms_options import zone_minutes
from eperf.plugins.builtin.adms_tables import read_user
from eperf.plugins.builtin.usb import ColumnProfile, read_usb_line
from eperf_zk_pull.records import decode_time, encode_time, read_record_40, realtime_time
from tests.vectors.reading import (
    Given,
    read_flag,
    read_list,
    read_mapping,
    read_octets,
    read_text,
    read_whole,
    read_whole_or_none,
)

SOURCE = AdmsPush()
SERIAL = "DEMO203560012"
DEVICE_ID = 1
_FARTHEST_MIN = 14 * 60
_BEYOND = 2**40
NOW = datetime(2026, 10, 5, tzinfo=UTC)
COLUMNS = frozenset(field.name for field in fields(ColumnProfile))


def _device(
    serial: str = SERIAL, offset_min: int = 420, stamps: Mapping[str, str] | None = None
) -> DeviceState:
    return DeviceState(serial, "active", offset_min, stamps or {})


def _upload(table: str, body: str, offset_min: int = 420, stamp: str = "1") -> DeviceReply:
    query = {"SN": SERIAL, "table": table, "Stamp": stamp}
    request = DeviceRequest("POST", "/iclock/cdata", query, body.encode())
    return SOURCE.handle(request, _device(offset_min=offset_min), NOW)


def _record(punch: RawPunch) -> dict[str, Any]:
    record: dict[str, Any] = {"pin": punch.pin, "time_utc": f"{punch.occurred_at:%Y-%m-%dT%H:%M:%SZ}"}
    if punch.status_text is not None:
        record["status"] = None if punch.kind is PunchKind.UNKNOWN else punch.kind.value
    if punch.verify_text is not None:
        record["verify"] = None if punch.verify is Verify.UNKNOWN else punch.verify.value
    return record


def _offset(given: Given) -> int:
    return read_whole(given, "device_utc_offset_min", 0, least=-_FARTHEST_MIN, most=_FARTHEST_MIN)


def _attlog_post(given: Given) -> dict[str, Any]:
    reply = _upload("ATTLOG", read_text(given, "body"), _offset(given))
    return {"records": [_record(punch) for punch in reply.punches], "reply": reply.body.decode()}


def _attlog_repost(given: Given) -> dict[str, Any]:
    known: set[str] = set()
    added, replies = [], []
    for body in read_list(given, "bodies"):
        reply = _upload("ATTLOG", read_text({"bodies": body}, "bodies"), _offset(given))
        keys = {record_key(DEVICE_ID, p.pin, p.occurred_at, p.status) for p in reply.punches}
        added.append(len(keys - known))
        replies.append(reply.body.decode())
        known |= keys
    return {"rows_added": added, "replies": replies}


def _device_gate(given: Given) -> dict[str, Any]:
    serial = read_text(given, "sn")
    request = DeviceRequest("GET", "/iclock/cdata", {"SN": serial, "options": "all"})
    device = _device(serial) if read_flag(given, "known") else None
    try:
        reply = SOURCE.handle(request, device, NOW)
    except Refused as refusal:
        return {"sn_valid": False, "http_status": refusal_reply(refusal).status, "device_state": None}
    return {
        "sn_valid": True,
        "http_status": reply.status,
        "device_state": device.state if device else STRANGER,
    }


def _internal_failure(given: Given) -> dict[str, Any]:
    return {"http_status": UNAVAILABLE.status}


def _devicecmd(given: Given) -> dict[str, Any]:
    request = DeviceRequest("POST", "/iclock/devicecmd", {"SN": SERIAL}, read_text(given, "body").encode())
    results = SOURCE.handle(request, _device(), NOW).command_results
    return {"results": [{"id": one.id, "return_code": one.return_code, "ok": one.ok} for one in results]}


def _info_string(given: Given) -> dict[str, Any]:
    request = DeviceRequest("GET", "/iclock/getrequest", {"SN": SERIAL, "INFO": read_text(given, "info")})
    facts = SOURCE.handle(request, _device(), NOW).device_facts
    numbers = {
        name: int(facts[name]) if name in facts else None for name in ("users", "fingerprints", "logs")
    }
    return {"firmware": facts.get("firmware"), "ip": facts.get("ip"), **numbers}


def _stamp_resume(given: Given) -> dict[str, Any]:
    posted = given.get("posted_stamp")
    stamps = _upload("ATTLOG", "", stamp="" if posted is None else str(posted)).stamps
    handshake = DeviceRequest("GET", "/iclock/cdata", {"SN": SERIAL, "options": "all", "pushver": "2.4.1"})
    lines = SOURCE.handle(handshake, _device(stamps=stamps), NOW).body.decode().split("\n")
    return {"handshake_line": next(line for line in lines if line.startswith("ATTLOGStamp="))}


def _timezone_key(given: Given) -> dict[str, Any]:
    try:
        return {"offset_min": zone_minutes(str(given.get("value")))}
    except BadInput:
        return {"offset_min": None}


def _usb_line(given: Given) -> dict[str, Any]:
    named = read_mapping(given, "column_profile")
    places = {name: read_whole_or_none(named, name) for name in named if name in COLUMNS}
    places |= {"pin": read_whole(named, "pin", 0), "time": read_whole(named, "time", 1)}
    line = read_text(given, "line").rstrip("\n").encode()
    read = read_usb_line(line, 1, ColumnProfile(**places), 420)
    if isinstance(read, SkippedLine):
        return {"pin": None, "time_local": None, "state": None, "verify": None, "skipped": read.reason}
    return {
        "pin": read.pin,
        "time_local": read.device_local,
        "state": read.status,
        "verify": read.verify_code,
    }


def _operlog_user(given: Given) -> dict[str, Any]:
    user, dropped = read_user(read_text(given, "line").encode())
    kept = {"pin": user.pin, "name": user.name} if user else None
    return {"kept": kept, "dropped": list(dropped)}


def _biometric_table(given: Given) -> dict[str, Any]:
    template = "TVRJek5EVTJOemc1TUE"
    reply = _upload(read_text(given, "table"), f"PIN=57\tFID=6\tSize=19\tValid=1\tTMP={template}")
    return {"reply": reply.body.decode(), "template_kept": template in repr(reply)}


def _zk_record_40(given: Given) -> dict[str, Any]:
    octets = read_octets(given, "hex")
    try:
        record = read_record_40(octets)
    except BadInput:
        return {"valid": False, "time_local": None}
    return {
        "internal_sn": record.internal_sn,
        "pin": record.pin,
        "verify_code": record.verify_code,
        "state": None if record.kind is PunchKind.UNKNOWN else record.kind.value,
        "time_local": record.time_local,
        "valid": True,
    }


def _zk_time_encode(given: Given) -> dict[str, Any]:
    return {"code": encode_time(read_text(given, "time_local"))}


def _zk_time_decode(given: Given) -> dict[str, Any]:
    time_local = decode_time(read_whole(given, "code", least=-_BEYOND, most=_BEYOND))
    return {"time_local": time_local, "valid": time_local is not None}


def _zk_realtime_time(given: Given) -> dict[str, Any]:
    return {"time_local": realtime_time(read_octets(given, "hex"))}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "attlog_post": _attlog_post,
    "attlog_repost": _attlog_repost,
    "device_gate": _device_gate,
    "internal_failure": _internal_failure,
    "devicecmd": _devicecmd,
    "info_string": _info_string,
    "stamp_resume": _stamp_resume,
    "timezone_key": _timezone_key,
    "usb_line": _usb_line,
    "operlog_user": _operlog_user,
    "biometric_table": _biometric_table,
    "zk_record_40": _zk_record_40,
    "zk_time_encode": _zk_time_encode,
    "zk_time_decode": _zk_time_decode,
    "zk_realtime_time": _zk_realtime_time,
}
