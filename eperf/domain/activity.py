"""A reported piece of work and the states it goes through.

    draft -> submitted -> verified | returned | rejected
    submitted -> submitted          edited while it waits
    returned -> submitted           mended
    verified -> returned            the verification is withdrawn, where a rule of the unit allows it
    submitted -> verified | rejected, or before somebody higher up: the superior was silent, by a rule of the unit

Only a verified activity counts. A rejected one is final and stays to be seen with its reason. Nobody decides on their
own. A draft is its reporter's alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import urlsplit

from eperf.domain.errors import BadInput, Conflict, TooMany
from eperf.domain.text import bounded, clean

MOST_MINUTES = 24 * 60
MOST_QUANTITY_H = 100_000_00
MOST_EVIDENCE = 10
MOST_LINKS = 10
MOST_LINK = 2_000
MOST_NOTE = 1_000
MOST_DECIDED = 500
"""So many activities are decided on at once."""


class ActivityState(StrEnum):
    """Where an activity stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    VERIFIED = "verified"
    REJECTED = "rejected"


class Decision(StrEnum):
    """What a supervisor may do with a submitted activity."""

    VERIFY = "verify"
    RETURN = "return"
    REJECT = "reject"

    @property
    def leads_to(self) -> ActivityState:
        """The state after the decision."""
        return _LEADS_TO[self]

    def note(self, given: str | None) -> str | None:
        """The note, cleaned; only who verifies may leave it out."""
        if given is None and self is Decision.VERIFY:
            return None
        return reason(given)


_LEADS_TO = {
    Decision.VERIFY: ActivityState.VERIFIED,
    Decision.RETURN: ActivityState.RETURNED,
    Decision.REJECT: ActivityState.REJECTED,
}


class Step(StrEnum):
    """What a change of an activity was."""

    SUBMITTED = "submitted"
    EDITED = "edited"
    RESUBMITTED = "resubmitted"
    VERIFIED = "verified"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    ESCALATED = "escalated"
    CORRECTED = "corrected"


SENDABLE = {
    ActivityState.DRAFT: Step.SUBMITTED,
    ActivityState.SUBMITTED: Step.EDITED,
    ActivityState.RETURNED: Step.RESUBMITTED,
}
"""The states in which its reporter may send an activity, or send it anew, and what that is."""


@dataclass(frozen=True)
class Report:
    """What was done: on which civil day, for how long (minutes), how much (hundredths), with which result.

    `evidence` are files, `links` addresses that are kept as text and never fetched.
    """

    item_id: int
    date: date
    minutes: int
    quantity_h: int
    result: str
    evidence: tuple[int, ...] = ()
    links: tuple[str, ...] = ()


def checked(report: Report, today: date) -> Report:
    """The report with its text cleaned; refuses what cannot have happened."""
    bounded("minutes", report.minutes, 1, MOST_MINUTES)
    bounded("quantity", report.quantity_h, 1, MOST_QUANTITY_H)
    if report.date > today:
        raise BadInput("date", report.date.isoformat(), "lies in the future")
    return _tidy(report, least=1)


def checked_draft(report: Report) -> Report:
    """A draft with its text cleaned. Minutes and quantity may be 0 and the result empty: not known yet."""
    bounded("minutes", report.minutes, 0, MOST_MINUTES)
    bounded("quantity", report.quantity_h, 0, MOST_QUANTITY_H)
    if report.date.year > 2199:
        raise BadInput("date", report.date.isoformat(), "lies after the year 2199")
    return _tidy(report, least=0)


def _tidy(report: Report, *, least: int) -> Report:
    if report.date.year < 2000:
        raise BadInput("date", report.date.isoformat(), "lies before the year 2000")
    if len(report.evidence) > MOST_EVIDENCE:
        raise BadInput("evidence", len(report.evidence), f"more than {MOST_EVIDENCE} files")
    if len(set(report.evidence)) < len(report.evidence):
        raise BadInput("evidence", list(report.evidence), "names a file twice")
    result = clean("result", report.result, most=4000, least=least, lines=True)
    return dataclasses.replace(report, result=result, links=_links(report.links))


def _links(given: tuple[str, ...]) -> tuple[str, ...]:
    if len(given) > MOST_LINKS:
        raise TooMany("links", MOST_LINKS, len(given))
    found = tuple(_link(one) for one in given)
    if len(set(found)) < len(found):
        raise BadInput("links", list(found), "names an address twice")
    return found


def _link(given: str) -> str:
    """An https address with a host, without a name and a password in it; nobody ever fetches it."""
    text = clean("links", given, most=MOST_LINK)
    try:
        parts = urlsplit(text)
        odd = not parts.hostname or "@" in parts.netloc or (parts.port or 443) > 65535
    except ValueError as wrong:
        raise BadInput("links", given, "not an address") from wrong
    if not text.startswith("https://") or odd or any(one.isspace() for one in text):
        raise BadInput("links", given, "expected an https address with a host and no password")
    return text


def told(report: Report, state: str) -> dict[str, str]:
    """A report and its state as texts by name: what the history of an activity holds of it."""
    return {
        "state": str(state),
        "date": report.date.isoformat(),
        "item": str(report.item_id),
        **told_amount(report.minutes, report.quantity_h),
        "result": report.result,
        "evidence": " ".join(str(one) for one in report.evidence),
        "links": " ".join(report.links),
    }


def told_amount(minutes: int, quantity_h: int) -> dict[str, str]:
    """How long and how much, as the history of an activity holds it."""
    return {"minutes": str(minutes), "quantity": _hundredths(quantity_h)}


def _hundredths(amount_h: int) -> str:
    return f"{amount_h // 100}.{amount_h % 100:02d}"


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[dict[str, str]]:
    """What differs, in order: `field`, `before`, `after`."""
    return [
        {"field": name, "before": before[name], "after": after[name]}
        for name in after
        if before[name] != after[name]
    ]


def reason(given: str | None) -> str:
    """A reason that the reporter reads."""
    return clean("note", given or "", most=MOST_NOTE, lines=True)


def require_state(state: str, expected: ActivityState, activity_id: int) -> None:
    """Refuses with `CONFLICT` when the activity is elsewhere in its life."""
    if state != expected:
        raise Conflict("activity", activity_id, f"it is {state}, not {expected}")


def require_sendable(state: str, activity_id: int) -> Step:
    """What sending an activity in this state is; refuses with `CONFLICT` when it can no longer be sent."""
    step = SENDABLE.get(ActivityState(state))
    if step is None:
        raise Conflict("activity", activity_id, f"it is {state}")
    return step


def require_version(version: int, seen: int | None, activity_id: int) -> None:
    """Refuses with `CONFLICT` when the activity is no longer what the caller has seen."""
    if seen is not None and version != seen:
        raise Conflict("activity", activity_id, f"it has version {version} by now")
