"""What sinks are written with: an update in the form that others read, and the order that has to hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from eperf.domain.ids import global_id
from eperf.plugins.chores import Update

SOURCE = "/eperf/log"
"""Who speaks, unless the installation has a name of its own."""
_PLACES = 20


def event_id(cursor: int, at: datetime) -> str:
    """The id of an update: place and instant, so that a log that was restored from a backup gives none twice."""
    return f"evt_{cursor}_{int(at.timestamp() * 1_000_000):x}"


def sequence(cursor: int) -> str:
    """A place in the log as a text that sorts like its number."""
    return f"{cursor:0{_PLACES}}"


def cloud_event(update: Update, source: str = SOURCE) -> dict[str, Any]:
    """An update as a CloudEvent 1.0 in JSON, in the form of eperf's webhooks; `source` is the installation as a URI.

    `id` is the same however often, and by whichever way, the update is sent. `sequence` sorts as a text like the cursor
    does. `data` names things by their global ids; `data.payload` are the fields of the kind itself, in its version.
    """
    cursor, at = str(update.cursor), update.occurred_at.astimezone(UTC)
    written = at.isoformat().replace("+00:00", "Z")
    subject = global_id(update.subject_type, update.subject_id)
    return {
        "specversion": "1.0",
        "id": event_id(update.cursor, at),
        "source": source,
        "type": update.kind,
        "subject": f"{update.subject_type}/{subject}",
        "time": written,
        "datacontenttype": "application/json",
        "cursor": cursor,
        "sequence": sequence(update.cursor),
        "data": {
            "cursor": cursor,
            "kind": update.kind,
            "version": update.version,
            "occurredAt": written,
            "subject": {"__typename": update.subject_type, "id": subject},
            "unit": _named("Unit", update.unit_id),
            "employee": _named("Employee", update.employee_id),
            "payload": dict(update.payload),
        },
    }


def by_subject(updates: Sequence[Update]) -> list[list[Update]]:
    """The updates of each subject in their order: only within these must one wait for the one before it."""
    found: dict[tuple[str, int], list[Update]] = {}
    for update in updates:
        found.setdefault((update.subject_type, update.subject_id), []).append(update)
    return list(found.values())


def _named(kind: str, number: int | None) -> dict[str, str] | None:
    return None if number is None else {"id": global_id(kind, number)}
