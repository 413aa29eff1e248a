"""The life of a flag: a case with a right of reply, never an automatic cut.

    open -> answered -> explained | corrected | confirmed
    open -> explained | corrected | confirmed    only when the time to answer is over

The person answers, the superior or an inspector decides, and nobody decides about themselves. Every step is kept
with who, when and why. Persons may object to what a machine decided about them (UU 27/2022 pasal 10), so a machine
decides nothing here; a punishment needs an examination (PP 94/2021), so only a confirmed flag may reach an
appraisal or a promotion, by way of the discipline process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from eperf.domain.errors import BadInput, Conflict
from eperf.domain.integrity.catalogue import indicator
from eperf.domain.integrity.finding import Strength
from eperf.domain.text import clean

MOST_CHARS = 4_000


class FlagState(StrEnum):
    """Where a flag stands."""

    OPEN = "open"
    ANSWERED = "answered"
    EXPLAINED = "explained"
    CORRECTED = "corrected"
    CONFIRMED = "confirmed"


DECIDED = frozenset({FlagState.EXPLAINED, FlagState.CORRECTED, FlagState.CONFIRMED})
"""The ends of a flag's life."""


@dataclass(frozen=True, slots=True)
class FlagRule:
    """How long a person has to answer."""

    answer_working_days: int = 5


@dataclass(frozen=True, slots=True)
class FlagStep:
    """One step of a flag's life, as it is logged."""

    at: datetime
    actor: str
    state: FlagState
    text: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A finding that somebody looks at. `evidence` names the rows that it rests on; it is never empty."""

    code: str
    person: str
    strength: Strength
    evidence: tuple[str, ...]
    steps: tuple[FlagStep, ...]
    answer_due: date
    """The last civil day on which the person may answer before anybody decides."""

    @property
    def state(self) -> FlagState:
        """Where it stands: what the last step says."""
        return self.steps[-1].state


@dataclass(frozen=True, slots=True)
class FlagEffect:
    """What a flag in some state may do."""

    may_reach_appraisal_or_promotion: bool
    automatic_cut: bool = False
    """False in every state."""


def flag_effect(state: str) -> FlagEffect:
    """The effect of a state; refuses a state that does not exist."""
    return FlagEffect(flag_state("state", state) is FlagState.CONFIRMED)


def flag_state(field: str, text: str) -> FlagState:
    """Reads a state."""
    try:
        return FlagState(text)
    except ValueError as unknown:
        raise BadInput(field, text, "not one of " + ", ".join(FlagState)) from unknown


def opened(
    code: str,
    person: str,
    strength: Strength,
    evidence: tuple[str, ...],
    at: datetime,
    is_working_day: Callable[[date], bool],
    rule: FlagRule | None = None,
) -> Flag:
    """A new flag by the machine. Refuses one without evidence rows and one of an unknown indicator."""
    if not evidence:
        raise BadInput("evidence", "", "a flag shows the rows it rests on")
    due = answer_due(_aware(at).date(), is_working_day, rule)
    step = FlagStep(at, "", FlagState.OPEN, "")
    return Flag(indicator(code).code, person, strength, evidence, (step,), due)


def answered(flag: Flag, actor: str, text: str, at: datetime) -> Flag:
    """The person's own reply, while nobody has decided; later replies are kept with the first."""
    if actor != flag.person:
        raise BadInput("actor", actor, "only the person concerned answers")
    if flag.state in DECIDED:
        raise Conflict("flag", flag.code, f"it is {flag.state} already")
    return _with(
        flag, FlagStep(at, actor, FlagState.ANSWERED, clean("text", text, most=MOST_CHARS, lines=True))
    )


def decided(flag: Flag, actor: str, state: FlagState, text: str, at: datetime) -> Flag:
    """The decision of a superior or an inspector, with its reason.

    Refuses one's own flag, a state that is no decision, a second decision, and one before the person has answered or
    the time to answer is over. Whether the actor may decide at all is a question of access.
    """
    if state not in DECIDED:
        raise BadInput("state", state, "not one of " + ", ".join(sorted(DECIDED)))
    if actor == flag.person:
        raise BadInput("actor", actor, "nobody decides about themselves")
    if flag.state in DECIDED:
        raise Conflict("flag", flag.code, f"it is {flag.state} already")
    if flag.state is FlagState.OPEN and at.date() <= flag.answer_due:
        raise Conflict("flag", flag.code, f"the person may answer until {flag.answer_due}")
    return _with(flag, FlagStep(at, actor, state, clean("text", text, most=MOST_CHARS, lines=True)))


def answer_due(opened_on: date, is_working_day: Callable[[date], bool], rule: FlagRule | None = None) -> date:
    """The last day to answer: so many working days after the day of opening. Refuses a year without any."""
    left, day = (rule or FlagRule()).answer_working_days, opened_on
    for _ in range(366):
        if left <= 0:
            return day
        day += timedelta(days=1)
        left -= is_working_day(day)
    raise BadInput("is_working_day", opened_on.isoformat(), "the calendar has too few working days in a year")


def _with(flag: Flag, step: FlagStep) -> Flag:
    if _aware(step.at) < flag.steps[-1].at:
        raise Conflict("flag", flag.code, "the step lies before the one it follows")
    return replace(flag, steps=(*flag.steps, step))


def _aware(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise BadInput("at", at.isoformat(), "an instant needs its offset from UTC")
    return at
