"""Deciding on somebody's predikat of a period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from eperf.domain.access import Operation, scope
from eperf.domain.appraisal.deadline import Step
from eperf.domain.appraisal.decided import Judgement, decided, proposed_behaviour
from eperf.domain.appraisal.distribution import OrganisationPredikat, breaches
from eperf.domain.appraisal.events import PredikatDecided
from eperf.domain.appraisal.predikat import Expectation, Predikat, predikat_of
from eperf.domain.appraisal.term import Term, predikat_felt_in
from eperf.domain.errors import Forbidden, NotFound
from eperf.services.appraisal.standing import decision, in_time, noted, require, subject
from eperf.services.call import Call, answer, answered, work
from eperf.store import felt
from eperf.store.behaviour import BehaviourRow
from eperf.store.people import EmployeeRow
from eperf.store.predikat import PredikatRow
from eperf.store.scope import OF_EMPLOYEE_ROWS, below, predicate, subject_of_unit


async def decide(call: Call, given: Judgement) -> int:
    """Records a superior's judgement of a direct report, or of one for whose superior the caller acts; gives its id.

    A later judgement of the same period replaces it: the row has the one that stands, the log has all.
    """
    given = replace(given, note=noted(given.note, needed=False))
    decider = call.viewer.employee_id
    if decider is None:
        raise Forbidden(Operation.PREDIKAT_DECIDE.value, "employee")
    async with work(call) as opened:
        known = await answered(call, "decidePredikat", asdict(given))
        if known is not None:
            return known
        # One judgement of a person at a time, so that two at once do not both find none.
        person = await EmployeeRow.select_for_update(no_key=True).get_or_none(id=given.employee_id)
        if person is None:
            raise NotFound("employee", given.employee_id)
        whom = await subject(person.unit_id, person.id)
        require(call, Operation.PREDIKAT_READ, Operation.PREDIKAT_DECIDE, whom, "employee", person.id)
        today = await in_time(call, Step.PREDIKAT_DECIDE, person.unit_id, given.term.text)
        values: dict[str, Any] = {
            "work": given.work.value, "behaviour": given.behaviour.value, "predikat": decided(given, today).value,
            "known_on": today, "unit_id": person.unit_id, **await decision(call, person.id, given.note),
        }  # fmt: skip
        row = await _stored(given, values)
        opened.emit(
            PredikatDecided(
                subject_id=row.id, unit_id=row.unit_id, employee_id=person.id, period=row.period,
                predikat=row.predikat, decided_by=decider,
            )
        )  # fmt: skip
        await felt.mark([person.id], predikat_felt_in(given.term, today), today)
        await answer(call, row.id)
        return int(row.id)


async def _stored(given: Judgement, values: dict[str, Any]) -> PredikatRow:
    row = await PredikatRow.get_or_none(employee_id=given.employee_id, period=given.term.text)
    if row is None:
        term = given.term
        return await PredikatRow.create(
            employee_id=given.employee_id,
            period=term.text,
            first_day=term.first,
            last_day=term.last,
            **values,
        )
    row.update_from_dict({**values, "version": row.version + 1})
    await row.save()
    return row


@dataclass(frozen=True)
class Proposal:
    """The expectation that the ratings come to (None: nothing to go by), and the predikat for each work result."""

    behaviour: Expectation | None
    predikat: Mapping[Expectation, Predikat]


async def proposal(call: Call, employee_id: int, term: Term) -> Proposal | None:
    """What a period's closed round proposes for somebody's predikat; None when out of reach. It decides nothing."""
    person = await EmployeeRow.get_or_none(id=employee_id)
    reach = scope(call.viewer, Operation.BEHAVIOUR_READ)
    if person is None or not reach.covers(await subject(person.unit_id, person.id)):
        return None
    # A figure from another unit is out of a leader's reach, though the person is not.
    within = predicate(reach, OF_EMPLOYEE_ROWS)
    rows = await BehaviourRow.filter(
        *([] if within is None else [within]), employee_id=employee_id, period=term.text
    )
    found = proposed_behaviour([(row.score_h, row.highest_h) for row in rows], term.last)
    if found is None:
        return Proposal(None, {})
    return Proposal(found, {work: predikat_of(work, found, term.last) for work in Expectation})


@dataclass(frozen=True)
class Spread:
    """How many people of a unit have each predikat, how many have none, and the bounds that are not kept."""

    counts: Mapping[Predikat, int]
    without: int
    breaches: tuple[str, ...]


async def spread(call: Call, unit_id: int, term: Term, organisation: OrganisationPredikat) -> Spread | None:
    """The predikat of a period that were decided below a unit, held against the pattern for the unit's own predikat.

    A predikat is of the unit in which the person was on the day of the decision. None when the unit is out of reach.
    """
    if not scope(call.viewer, Operation.PREDIKAT_READ).covers(await subject_of_unit(unit_id)):
        return None
    here = below([unit_id])
    found: list[Any] = await PredikatRow.filter(unit_id__in=here, period=term.text).values_list(
        "employee_id", "predikat"
    )
    people: list[Any] = await EmployeeRow.filter(unit_id__in=here, active=True).values_list("id", flat=True)
    counts = {one: sum(word == one.value for _, word in found) for one in Predikat}
    without = len(set(people) - {employee for employee, _ in found})
    return Spread(counts, without, breaches(organisation, counts, term.last))
