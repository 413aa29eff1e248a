"""The ledger of absence: days and minutes of a year, and the tier that the law proposes for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from eperf.domain.discipline.ledger import YearLedger
from eperf.domain.discipline.proposal import Proposal
from eperf.domain.discipline.tiers import Duty
from eperf.planner.mapping import batch_field
from eperf.schema.context import Context
from eperf.services.attendance.discipline import ledgers


@strawberry.type(
    description="What the law asks of people before anything follows from a proposal (kewajiban)."
)
class DisciplineDuty:
    """What the law asks of people."""

    duty: str = strawberry.field(description="summon, examine or act.")
    legal_basis: str
    text: str = strawberry.field(description="In the caller's language.")


@strawberry.type(
    description="What the law proposes for absence: never a penalty, a person decides (usulan hukuman disiplin)."
)
class DisciplineProposal:
    """What the law proposes."""

    tier: str = strawberry.field(description="none, oral_warning, written_warning, … dismissal.")
    penalty_class: str = strawberry.field(description="none, light, medium or heavy.")
    text: str = strawberry.field(description="The punishment, in the caller's language.")
    because: str = strawberry.field(description="days: the year's total; run: consecutive working days.")
    salary_stops_next_month: bool
    legal_basis: str
    duties: list[DisciplineDuty] = strawberry.field(description="Empty where nothing is proposed.")


@strawberry.type(description="A calendar year of somebody's unexcused absence and lateness (buku disiplin).")
class AbsenceYear:
    """A year of absence and lateness."""

    year: int
    absent_days: int = strawberry.field(description="Working days absent without a valid reason.")
    longest_run: int = strawberry.field(
        description="The longest run of consecutive working days, followed across New Year."
    )
    late_min: int = strawberry.field(description="Minutes late; what is unknown counts nothing.")
    early_min: int = strawberry.field(description="Minutes left early; what is unknown counts nothing.")
    days_from_minutes: int = strawberry.field(
        description="Whole days in the minutes late and left early, by `minutesBasis`."
    )
    minutes_basis: str | None = strawberry.field(description="The rule that makes days of minutes.")
    proposal: DisciplineProposal | None = strawberry.field(description="By days of absence alone.")
    with_minutes: DisciplineProposal | None = strawberry.field(
        description="If the minutes count as days, which is not confirmed under the present law."
    )


async def _filled(rows: Sequence[Mapping[str, Any]], context: Context) -> list[list[AbsenceYear] | None]:
    """This calendar year and the one before, for every employee of a level whose attendance is in reach."""
    call = context.call()
    found = await ledgers(call, [row["id"] for row in rows], (call.today.year, call.today.year - 1))
    shown = {one: [_year(year, context.language) for year in years] for one, years in found.items()}
    return [shown.get(row["id"]) for row in rows]


def _year(ledger: YearLedger, language: str) -> AbsenceYear:
    return AbsenceYear(
        year=ledger.year,
        absent_days=ledger.absent_days,
        longest_run=ledger.longest_run,
        late_min=ledger.late_min,
        early_min=ledger.early_min,
        days_from_minutes=ledger.days_from_minutes,
        minutes_basis=None if ledger.minutes_rule is None else ledger.minutes_rule.legal_basis,
        proposal=_proposal(ledger.proposal, language),
        with_minutes=_proposal(ledger.with_minutes, language),
    )


def _proposal(proposal: Proposal | None, language: str) -> DisciplineProposal | None:
    if proposal is None:
        return None
    return DisciplineProposal(
        tier=proposal.tier.id,
        penalty_class=proposal.tier.penalty_class.value,
        text=proposal.tier.text_id if language == "id" else proposal.tier.text_en,
        because=proposal.because,
        salary_stops_next_month=proposal.salary_stops_next_month,
        legal_basis=proposal.legal_basis,
        duties=[_duty(duty, language) for duty in proposal.duties],
    )


def _duty(duty: Duty, language: str) -> DisciplineDuty:
    text = duty.text_id if language == "id" else duty.text_en
    return DisciplineDuty(duty=duty.id, legal_basis=duty.legal_basis, text=text)


ABSENCE = batch_field(
    ("id",),
    _filled,
    "Unexcused absence of this calendar year and the one before; null where attendance is out of reach.",
    kind=list[AbsenceYear] | None,
)
