"""Evidence files: I-16 and I-17."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from eperf.domain.errors import BadInput
from eperf.domain.integrity.catalogue import indicator
from eperf.domain.integrity.finding import Finding


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file attached to an activity of a person, by its SHA-256 in hexadecimal."""

    activity: str
    person: str
    sha256: str


def identical_evidence(files: Iterable[EvidenceFile]) -> Finding:
    """I-16: one group of activities for each hash on more than one, whoever they belong to."""
    groups: dict[str, set[str]] = {}
    for number, one in enumerate(files):
        if not one.sha256.strip():
            raise BadInput(f"evidence.{number}.sha256", one.sha256, "no hash")
        groups.setdefault(one.sha256.strip().lower(), set()).add(one.activity)
    found = sorted(tuple(sorted(group)) for group in groups.values() if len(group) > 1)
    return Finding(indicator("I-16"), bool(found), {"groups": tuple(found)})


def evidence_of_another_day(activity_date: date, exif_time: datetime | None) -> Finding:
    """I-17: the camera's local time lies outside the activity's day. A file without one raises nothing."""
    taken = exif_time.date() if exif_time is not None else None
    return Finding(
        indicator("I-17"),
        taken is not None and taken != activity_date,
        {"activity_date": activity_date, "taken_on": taken},
    )
