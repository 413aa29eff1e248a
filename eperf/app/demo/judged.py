"""What the town agreed with its people and judged of them: plans, predikat, and rounds of ratings in one agency.

Everybody who has a superior has a plan for the year and a predikat for the last quarter. Ratings take a row for each
two people, so one agency rates: the last quarter's round is closed, and this quarter's waits for whoever tries it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from eperf.app.demo.months import Person
from eperf.domain.appraisal.dimensions import Scale
from eperf.domain.appraisal.plan import Aspect, PlanLevel, Target, Verdict
from eperf.domain.appraisal.predikat import Expectation
from eperf.domain.appraisal.rating import MissingRaters, RaterRole, RoleRule
from eperf.domain.appraisal.term import Term
from eperf.domain.period import Quarter, YearMonth
from eperf.services.appraisal import history, plan, rounds
from eperf.services.appraisal.history import PastPlan, PastPredikat
from eperf.services.call import Call
from eperf.store.behaviour import RatingRow, RoundRow

_ZONE = ZoneInfo("Asia/Jakarta")
_BASIS = "Contoh peraga, bukan peraturan"
_ROLES = (
    RoleRule(RaterRole.SUPERIOR, 60_00, 1, 1),
    RoleRule(RaterRole.PEER, 30_00, 3, 5),
    RoleRule(RaterRole.SELF, 10_00, 1, 1),
)
_ROUND_DAYS = 14


async def unit_target(call: Call, unit_id: int, today: date) -> int:
    """The key indicator of a unit for the year, agreed to; gives the plan."""
    served = Target("Permohonan warga selesai tepat waktu", Aspect.TIME, "persen", 95_00)
    given = plan.Draft(Term.parse(str(today.year)), (served,), unit_id, PlanLevel.IKU)
    number = await plan.draft(call, given)
    await plan.submit(call, number)
    return await plan.decide(call, number, Verdict.ACCEPT)


async def people(
    call: Call, unit_id: int, members: Sequence[Person], serves: int, today: date, seed: int
) -> None:
    """Plans of this year with what was reached, and the last quarter's predikat, of people of a unit."""
    await history.take_over_plans(call, unit_id, list(_plans(members, serves, today, seed)))
    await history.take_over_predikat(call, unit_id, list(_predikat(members, today, seed)))


def _plans(members: Sequence[Person], serves: int, today: date, seed: int) -> Iterator[PastPlan]:
    term = Term.parse(str(today.year))
    through = YearMonth.of(max(today.replace(day=1) - timedelta(days=1), term.first))
    for person in members:
        if person.supervisor_id is None:
            continue
        random = Random(f"{seed}-plan-{person.employee_id}")
        files, days = random.randrange(40, 200, 10), random.randint(3, 7)
        yield PastPlan(
            person.employee_id,
            person.unit_id,
            term,
            (
                Target("Berkas permohonan selesai", Aspect.QUANTITY, "berkas", files * 100, parent=serves),
                Target("Berkas permohonan selesai", Aspect.TIME, "hari", days * 100, lower_is_better=True),
                Target("Laporan bulanan tersusun", Aspect.QUANTITY, "laporan", 12_00),
            ),
            (files * through.month * random.randint(5, 10), (days + random.randint(-1, 1)) * 100),
            through,
            _at(term.first + timedelta(days=random.randint(5, 30))),
            person.supervisor_id,
        )


def _predikat(members: Sequence[Person], today: date, seed: int) -> Iterator[PastPredikat]:
    term = _last_quarter(today)
    for person in members:
        if person.supervisor_id is None:
            continue
        random = Random(f"{seed}-predikat-{person.employee_id}")
        work = random.choices(list(Expectation), (2, 7, 1))[0]
        behaviour = random.choices(list(Expectation), (2, 7, 1))[0]
        decided = _at(min(term.last + timedelta(days=random.randint(3, 14)), today - timedelta(days=1)))
        yield PastPredikat(
            person.employee_id, person.unit_id, term, work, behaviour, decided, person.supervisor_id
        )


async def ratings(call: Call, unit_id: int, today: date, seed: int) -> None:
    """The last quarter's round of an agency, closed with its ratings; and this quarter's, open."""
    began = today - timedelta(days=2 * _ROUND_DAYS)
    before = dataclasses.replace(call, now=_at(began))
    number = await rounds.open_round(before, _opening(unit_id, _last_quarter(today), began))
    codes = [one["code"] for one in (await RoundRow.get(id=number)).dimensions]
    random = Random(f"{seed}-ratings")
    rows = await RatingRow.filter(round_id=number).order_by("id")
    for row in rows:
        if random.random() < 0.9:
            row.scores = {code: random.randint(3, 5) * 100 for code in codes}
    await RatingRow.bulk_update(rows, fields=["scores"], batch_size=500)
    after = dataclasses.replace(call, now=_at(began + timedelta(days=_ROUND_DAYS + 1)))
    await rounds.close_round(after, number)
    await rounds.open_round(call, _opening(unit_id, Term.parse(str(_quarter(today))), today))


def _opening(unit_id: int, term: Term, first: date) -> rounds.Opening:
    return rounds.Opening(
        unit_id, term, "berakhlak", Scale(1_00, 5_00), _ROLES, MissingRaters.REDISTRIBUTE,
        first + timedelta(days=_ROUND_DAYS), _BASIS,
    )  # fmt: skip


def _quarter(today: date) -> Quarter:
    return Quarter.of(YearMonth.of(today))


def _last_quarter(today: date) -> Term:
    return Term.parse(str(_quarter(today).previous))


def _at(day: date) -> datetime:
    return datetime.combine(day, time(10), _ZONE)
