"""Pay advice from stored scores, leave and placements, on a real database."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from eperf.domain.access import Role
from eperf.domain.errors import BadInput, Forbidden, NotFound
from eperf.domain.pay.circumstance import Circumstance, CircumstanceKind
from eperf.domain.period import YearMonth
from eperf.services.binding import bind
from eperf.services.parts import Slot
from eperf.services.pay import FAILED, UNBOUND, Advised, advise
from eperf.store.attendance import DayRow
from eperf.store.event import EventRow
from eperf.store.leave import LeaveRow
from eperf.store.organisation import PositionRow
from eperf.store.people import EmployeeRow, PlacementRow
from eperf.store.scoring import DirtyRow, ScoreRow
from tests.support.town import NOW, SINCE, TODAY, Town

PERIOD = YearMonth(2026, 11)
POLICY = "eperf/class-allowance"
PAY: dict[str, Any] = {
    "basis": "Contoh 1/2026 pasal 3",
    "class_of": "last_day",
    "agency": "kemnaker",
    "leave": "kemnaker-2024",
    "leave_days": "calendar",
    "eligibility": "kemensos",
    "punishments": "pp94",
}
SEVEN = 3_915_950
PAYS = (Role.PERSONNEL_ADMIN, "city")


async def scored(town: Town, name: str, score_h: int | None, cause: str | None = None) -> None:
    await ScoreRow.create(
        employee_id=town.people[name],
        unit_id=town.units["office"],
        period=str(PERIOD),
        score_h=score_h,
        state="final" if cause is None else "provisional",
        cause=cause,
        scheme="x/y",
        scheme_version="1",
        settings_digest="",
        input_digest="",
        breakdown=[],
        computed_at=NOW,
    )


async def bound(town: Town, unit: str = "city", **changes: Any) -> None:
    call = town.call("Eka", (Role.PLUGIN_ADMIN, "city"))
    await bind(call, town.units[unit], Slot.PAY, POLICY, {**PAY, **changes}, SINCE)


async def lines(
    town: Town,
    *grants: tuple[Role, str],
    who: str = "Joko",
    unit: str = "city",
    told: tuple[Circumstance, ...] = (),
) -> dict[str, Advised]:
    pages = advise(town.call(who, *(grants or (PAYS,))), unit, PERIOD, told)
    return {one.name: one async for page in pages for one in page}


async def leave(town: Town, name: str, kind: str, first: date, last: date, state: str = "approved") -> None:
    await LeaveRow.create(
        employee_id=town.people[name], unit_id=town.units["office"], kind=kind, first_day=first, last_day=last,
        working_days=1, reason="uji", state=state, requested_at=NOW,
    )  # fmt: skip


async def test_everybody_of_the_unit_is_a_line_with_an_amount_or_a_cause(town: Town) -> None:
    await bound(town)
    await scored(town, "Budi", 9_000)
    await scored(town, "Wati", None, "predikat-missing:2026Q3")
    found = await lines(town)
    assert list(found) == ["Sri", "Budi", "Wati", "Joko", "Eka"]
    budi, wati, eka = found["Budi"], found["Wati"], found["Eka"]
    assert (budi.line.amount_rp, budi.job_class, budi.unit_code, budi.policy) == (
        SEVEN * 9 // 10, 7, "office", POLICY,
    )  # fmt: skip
    assert (wati.line.amount_rp, wati.line.cause) == (None, "score-missing:predikat-missing:2026Q3")
    assert (eka.line.amount_rp, eka.line.cause, eka.unit_code) == (
        None,
        "score-missing:not-scored",
        "archive",
    )
    assert [step.step for step in budi.line.steps] == ["class_allowance", "score", "rounding"]


async def test_a_unit_without_a_pay_policy_is_listed_as_missing_and_presumes_none(town: Town) -> None:
    await bound(town, "office")
    await scored(town, "Budi", 10_000)
    await scored(town, "Eka", 10_000)
    found = await lines(town)
    assert found["Budi"].line.amount_rp == SEVEN
    assert (found["Eka"].line.amount_rp, found["Eka"].line.cause, found["Eka"].policy) == (
        None,
        UNBOUND,
        None,
    )


async def test_a_policy_that_fails_is_a_cause_of_its_own_lines_only(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bound(town)

    def broken(month: YearMonth) -> None:
        raise RuntimeError(f"no rates for {month}")

    monkeypatch.setattr("eperf_ministry_70_30.advice._rates_in", broken)
    call = town.call("Eka", (Role.PLUGIN_ADMIN, "city"))
    given = {"class_of": "last_day", "punishments": None}
    await bind(call, town.units["archive"], Slot.PAY, "ministry-70-30/pay", given, SINCE)
    for name in ("Budi", "Eka"):
        await ScoreRow.create(
            employee_id=town.people[name], unit_id=town.units["office"], period="2023-11", score_h=10_000,
            state="final", scheme="x/y", scheme_version="1", settings_digest="", input_digest="", breakdown=[],
            computed_at=NOW,
        )  # fmt: skip
    await bound(town, "office", agency="ristekdikti")
    pages = advise(town.call("Joko", PAYS), "city", YearMonth(2023, 11), ())
    found = {one.name: one.line async for page in pages for one in page}
    assert (found["Eka"].amount_rp, found["Eka"].cause) == (None, FAILED)
    assert found["Budi"].amount_rp == 2_616_000


async def test_the_ministrys_own_policy_reads_the_stages_of_its_score(town: Town) -> None:
    given = {"class_of": "last_day", "punishments": None}
    call = town.call("Eka", (Role.PLUGIN_ADMIN, "city"))
    await bind(call, town.units["city"], Slot.PAY, "ministry-70-30/pay", given, SINCE)
    await scored(town, "Budi", 9_999)
    leaves = [
        {"stage": stage, "amount": amount}
        for stage, amount in (("work", "100.00"), ("attendance", "100.00"), ("attendance", "-0.01"))
    ]
    await ScoreRow.filter(employee_id=town.people["Budi"]).update(
        breakdown=leaves, scheme="ministry-70-30/pay"
    )
    budi = (await lines(town))["Budi"]
    assert (budi.line.amount_rp, budi.policy) == (
        SEVEN - 117,
        "ministry-70-30/pay",
    )  # 30 % of 0.01 % are 117.48


async def test_leave_in_part_replaces_the_result_and_a_refused_one_does_not(town: Town) -> None:
    await bound(town)
    for name in ("Budi", "Wati"):
        await scored(town, name, 10_000)
    await leave(town, "Budi", "big", date(2026, 10, 5), date(2026, 12, 4))
    await leave(town, "Wati", "big", date(2026, 10, 5), date(2026, 12, 4), "refused")
    found = await lines(town)
    step = found["Budi"].line.steps[1]
    assert (found["Budi"].line.amount_rp, step.inputs["month_of_leave"]) == (SEVEN // 4 + 1, "2")
    assert found["Wati"].line.amount_rp == SEVEN


async def test_days_of_sickness_are_counted_over_the_year_as_they_were_classified(town: Town) -> None:
    await bound(town, leave="ma-2020", leave_days="working")
    await scored(town, "Budi", 10_000)
    await leave(town, "Budi", "sick", date(2026, 2, 2), date(2026, 2, 20))
    await leave(town, "Budi", "sick", date(2026, 11, 2), date(2026, 11, 6))
    days = [date(2026, 2, number) for number in range(2, 15)] + [
        date(2026, 11, number) for number in (2, 3, 4)
    ]
    await DayRow.bulk_create(
        DayRow(
            employee_id=town.people["Budi"], unit_id=town.units["office"], date=day, status="leave",
            missing_taps=0, policy="test", policy_version="1", steps=[],
        )
        for day in days
    )  # fmt: skip
    budi = (await lines(town))["Budi"].line
    assert budi.steps[2].inputs["cut_pct"] == "4"  # 13 before and 3 now are 2 beyond the fourteenth
    assert budi.amount_rp == round(SEVEN * 0.96)


async def test_what_is_told_of_a_person_is_applied_with_its_decree(town: Town) -> None:
    await bound(town)
    for name, nip in (("Budi", "198001012005011001"), ("Wati", "198001012005012002")):
        await scored(town, name, 10_000)
        await EmployeeRow.filter(id=town.people[name]).update(nip=nip)
    told = (
        Circumstance("198001012005011001", CircumstanceKind.PUNISHMENT, "pay_cut_25_6m", date(2026, 9, 1), None, "SK 1"),
        Circumstance("198001012005012002", CircumstanceKind.STANDING, "suspended", date(2026, 11, 1), None, "SK 2"),
    )  # fmt: skip
    found = await lines(town, told=told)
    assert found["Budi"].line.amount_rp == 2_936_963  # 2,936,962.5 half-up
    assert found["Budi"].line.steps[2].inputs["decree"] == "SK 1"
    assert found["Wati"].line.amount_rp == 0
    assert found["Wati"].line.cause is None


async def test_what_is_told_of_nobody_here_is_refused_and_not_lost(town: Town) -> None:
    await bound(town)
    await EmployeeRow.filter(id=town.people["Eka"]).update(nip="198001012005011001")
    told = (Circumstance("198001012005011001", CircumstanceKind.STANDING, "suspended", SINCE, None, "SK 1"),)
    assert (await lines(town, told=told))["Eka"].line.amount_rp == 0
    with pytest.raises(BadInput) as refused:
        await lines(town, unit="office", told=told)
    assert refused.value.field == "circumstances.nip"


async def test_the_post_of_the_day_that_the_rule_names_decides(town: Town) -> None:
    await bound(town, class_of="first_day")
    higher = await PositionRow.create(
        code="head", title="Kepala", unit_id=town.units["archive"], job_class=12, kind="administrator"
    )
    budi = town.people["Budi"]
    await PlacementRow.filter(employee_id=budi).update(valid_to=date(2026, 11, 16))
    await PlacementRow.create(
        employee_id=budi, unit_id=town.units["archive"], position_id=higher.id, valid_from=date(2026, 11, 16)
    )
    await scored(town, "Budi", 10_000)
    assert (await lines(town, unit="archive"))["Budi"].line.amount_rp == SEVEN
    assert "Budi" not in await lines(town, unit="office")
    await bound(town, "archive")
    assert (await lines(town, unit="archive"))["Budi"].line.amount_rp == 9_896_000


async def test_everybody_sees_only_what_is_in_reach(town: Town) -> None:
    await bound(town)
    assert list(await lines(town, (Role.AUDITOR, "archive"), who="Sri")) == ["Sri", "Eka"]
    assert list(await lines(town, (Role.UNIT_LEADER, "city"), who="Budi")) == ["Budi"]
    machine = town.call("Budi", (Role.INTEGRATOR, "city"))
    object.__setattr__(machine.viewer, "roles", frozenset({Role.INTEGRATOR}))
    with pytest.raises(Forbidden):
        [page async for page in advise(machine, "city", PERIOD, ())]
    with pytest.raises(NotFound):
        await lines(town, unit="nowhere")


async def test_who_has_left_is_no_line_and_nothing_is_written(town: Town) -> None:
    await bound(town)
    await EmployeeRow.filter(id=town.people["Wati"]).update(active=False)
    events, dirty = await EventRow.all().count(), await DirtyRow.all().count()
    assert "Wati" not in await lines(town)
    assert (await EventRow.all().count(), await DirtyRow.all().count()) == (events, dirty)


async def test_binding_pay_moves_no_score(town: Town) -> None:
    await bound(town)
    assert await DirtyRow.all().count() == 0
    assert TODAY.year == PERIOD.year


@pytest.mark.parametrize("field", ["basis", "class_of", "leave", "eligibility", "punishments"])
async def test_what_differs_from_agency_to_agency_is_asked_for_by_its_path(town: Town, field: str) -> None:
    given = {name: value for name, value in PAY.items() if name != field}
    with pytest.raises(BadInput) as refused:
        await bind(
            town.call("Eka", (Role.PLUGIN_ADMIN, "city")), town.units["city"], Slot.PAY, POLICY, given, SINCE
        )
    assert refused.value.field == f"settings.{field}"
