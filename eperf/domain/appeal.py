"""An appeal (keberatan) against a single leaf of a score.

    open -> accepted -> settled
    open -> refused
    open -> withdrawn

The employee raises it, and somebody who had no part in what the leaf rests on answers it with a reason. An accepted
appeal corrects the fact, the month is run again (a closed one beside its score), and with what came out it is settled.
How long one may raise an appeal and when it must be answered is the agency's to say: the settings of the part
`eperf/appeals`, which have no defaults because no regulation at hand gives these days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from eperf.domain.errors import AppealTooLate, BadInput, Conflict, ReviewerNotFree


class AppealState(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    SETTLED = "settled"


PENDING = (AppealState.OPEN, AppealState.ACCEPTED)
"""The states in which a decree that rests on the score waits."""


@dataclass(frozen=True)
class AppealDays:
    """The settings of the part `eperf/appeals`.

    `raise_days`: calendar days after the month was closed in which an appeal may be raised. `answer_days`: calendar
    days after it was raised within which it is to be answered. `legal_basis`: the decree that says so. No defaults.
    """

    raise_days: int
    answer_days: int
    legal_basis: str

    def __post_init__(self) -> None:
        for name in ("raise_days", "answer_days"):
            if not 1 <= getattr(self, name) <= 366:
                raise ValueError(f"{name} is not between 1 and 366")
        if not 1 <= len(self.legal_basis) <= 200:
            raise ValueError("legal_basis is not 1 to 200 characters")

    def raise_until(self, closed_on: date) -> date:
        """The last civil day on which an appeal may be raised against a score of a month closed on a day."""
        return closed_on + timedelta(days=self.raise_days)

    def answer_until(self, raised_on: date) -> date:
        """The civil day by which an appeal raised on a day is to be answered."""
        return raised_on + timedelta(days=self.answer_days)


@dataclass(frozen=True)
class Remedy:
    """What an accepted appeal corrects: an activity's amount, or the taps of a day (UTC); nothing given: no fact.

    `quantity_h` is in hundredths.
    """

    minutes: int | None = None
    quantity_h: int | None = None
    tap_in: datetime | None = None
    tap_out: datetime | None = None

    @property
    def of_activity(self) -> bool:
        """Whether an activity's amount is corrected."""
        return self.minutes is not None or self.quantity_h is not None

    @property
    def of_day(self) -> bool:
        """Whether the taps of a day are corrected."""
        return self.tap_in is not None or self.tap_out is not None


def leaf_at(breakdown: list[dict[str, Any]], place: int) -> dict[str, Any]:
    """The leaf of a score at a place, counted from 0."""
    if not 0 <= place < len(breakdown):
        raise BadInput("leaf", place, f"the score has {len(breakdown)} leaves")
    return breakdown[place]


def evidence_of(leaf: dict[str, Any]) -> tuple[str, str]:
    """What a leaf rests on: a kind and an id; empty texts where it names nothing."""
    cited = leaf["evidence"]
    return (str(cited[0]["kind"]), str(cited[0]["id"])) if cited else ("", "")


def twin_of(leaf: dict[str, Any], breakdown: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The leaf of another run that says the same of the same evidence, by the same rule."""
    same = (leaf["stage"], leaf["rule"], evidence_of(leaf))
    alike = [one for one in breakdown if (one["stage"], one["rule"], evidence_of(one)) == same]
    return next((one for one in alike if one["label"] == leaf["label"]), alike[0] if alike else None)


def require_in_time(until: date | None, today: date) -> None:
    """Refuses a step after its last day; without one, as in a month that is open, there is time."""
    if until is not None and today > until:
        raise AppealTooLate("appeal", until.isoformat())


def require_state(state: str, wanted: AppealState, number: int) -> None:
    """Refuses with `CONFLICT` what the appeal's state does not allow."""
    if state != wanted:
        raise Conflict("appeal", number, f"it is {state}, not {wanted}")


def require_free(deciders: Iterable[int], viewer_id: int | None, stands_in_for: frozenset[int]) -> None:
    """Refuses a reviewer who decided on the evidence, for whom it was decided, or who acts for one of these."""
    if set(deciders) & (stands_in_for | ({viewer_id} if viewer_id is not None else set())):
        raise ReviewerNotFree("appeal", None)


def require_fitting(remedy: Remedy, kind: str) -> None:
    """Refuses to correct what the leaf does not rest on, and amounts that cannot be."""
    if remedy.of_activity and kind != "activity":
        raise BadInput("quantity", remedy.quantity_h, "the leaf does not rest on an activity")
    if remedy.of_day and kind != "day":
        raise BadInput("tapIn", None, "the leaf does not rest on a day")
