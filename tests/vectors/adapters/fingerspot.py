"""Vectors of `fingerspot`: webhooks go through the source as the cloud's own request would."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from eperf.domain.attendance.punch import PunchKind, Verify
from eperf.domain.attendance.source import DeviceRequest, DeviceState
from eperf.plugins.builtin import clock_fields
from eperf.plugins.builtin.code_tables import codes_named
from eperf_fingerspot.cloud import Fingerspot
from eperf_fingerspot.signature import judged, signature_of, timestamp_of, window_on
from tests.vectors.reading import Given, read_flag, read_mapping, read_text, read_whole

SOURCE = Fingerspot()
NOW = datetime(2026, 10, 5, tzinfo=UTC)
OFFSET_MIN = 420
_LAST_SECOND = 4_102_444_799
"""Of 2099."""


def _webhook_attlog(given: Given) -> dict[str, Any]:
    request = DeviceRequest(
        "POST", "/fingerspot/webhook", {}, json.dumps(read_mapping(given, "payload")).encode()
    )
    serial = SOURCE.serial_of(request)
    reply = SOURCE.handle(request, DeviceState(serial, "active", OFFSET_MIN), NOW)
    if not reply.punches:
        return {"cloud_id": serial, "pin": None, "time_local": None, "verify": None, "status": None}
    (punch,) = reply.punches
    local = punch.occurred_at + timedelta(minutes=OFFSET_MIN)
    return {
        "cloud_id": serial,
        "pin": punch.pin,
        "time_local": f"{local:%Y-%m-%dT%H:%M:%S}",
        "verify": None if punch.verify is Verify.UNKNOWN else punch.verify.value,
        "status": None if punch.kind is PunchKind.UNKNOWN else punch.kind.value,
    }


def _code(given: Given, key: str) -> int | None:
    value = given.get(key)
    return clock_fields.code_of(None if value is None else str(value))


def _status_meaning(given: Given) -> dict[str, Any]:
    kind = codes_named(read_text(given, "source")).kind_of(_code(given, "status"))
    return {"meaning": None if kind is PunchKind.UNKNOWN else kind.value}


def _verify_meaning(given: Given) -> dict[str, Any]:
    verify = codes_named(read_text(given, "source")).verify_of(_code(given, "verify"))
    return {"meaning": None if verify is Verify.UNKNOWN else verify.value}


def _hub_signature(given: Given) -> dict[str, Any]:
    return {"header": signature_of(read_text(given, "token"), read_text(given, "body").encode())}


def _hub_accept(given: Given) -> dict[str, Any]:
    now, stamp = read_whole(given, "now_unix", most=_LAST_SECOND), given.get("timestamp_unix")
    believed = judged(
        read_text(given, "token"),
        read_text(given, "body").encode(),
        read_text(given, "signature_header", ""),
        None if stamp is None else timestamp_of(str(stamp)),
        now,
        window_on(date(1970, 1, 1) + timedelta(seconds=now)),
        read_flag(given, "body_already_received"),
    )
    return {
        "accepted": believed.accepted,
        "reason": believed.value,
        "new_record": believed.new_record,
    }


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "webhook_attlog": _webhook_attlog,
    "status_meaning": _status_meaning,
    "verify_meaning": _verify_meaning,
    "hub_signature": _hub_signature,
    "hub_accept": _hub_accept,
}
