"""Deadlines of units, and what follows from a superior's silence: once, whatever is repeated or dies."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest

from eperf.domain.access import SYSTEM, Role
from eperf.domain.activity import ActivityState, Decision, Report
from eperf.domain.attendance.holiday import Entry, EntryKind
from eperf.domain.deadline import CountedFrom, Deadlines, Silence
from eperf.domain.errors import BadInput, Conflict, Forbidden, NotFound
from eperf.services import activity
from eperf.services.attendance import calendar
from eperf.services.call import Call
from eperf.services.deadline import Standing, due, enforce, set_deadlines
from eperf.store import changes
from eperf.store.activity import ActivityRow, ChangeRow
from eperf.store.deadline import DeadlineRow
from eperf.store.event import EventRow
from eperf.store.overdue import deadlines_of, rule_on
from eperf.store.people import EmployeeRow
from eperf.store.scoring import DirtyRow
from tests.support.town import NOW, SINCE, TODAY, Town

RULE = Deadlines(TODAY, "Perwal contoh pasal 5", CountedFrom.DAY, 0, time(16), 3, 2, Silence.LAPSE, 5)
ADMIN = (Role.PERSONNEL_ADMIN, "city")
# Sent on Tuesday the 24th: two working days are Wednesday and Thursday.
IN_TIME = datetime(2026, 11, 26, 16, 59, 59, tzinfo=UTC)
LATE = datetime(2026, 11, 26, 17, tzinfo=UTC)


def system(town: Town, now: datetime = LATE) -> Call:
    return Call(SYSTEM, now, registry=town.registry)


def report(town: Town, **values: object) -> Report:
    return dataclasses.replace(Report(town.item, TODAY, 60, 100, "Laporan"), **values)


async def silent(town: Town, silence: Silence, unit: str = "city", verify_days: int = 2) -> None:
    await DeadlineRow.create(
        unit_id=town.units[unit], valid_from=SINCE, legal_basis="Perwal contoh", verify_days=verify_days,
        silence=silence.value, recorded_at=NOW,
    )  # fmt: skip


async def kinds() -> Counter[str]:
    return Counter(await EventRow.filter(subject_type="Activity").values_list("kind", flat=True))


@pytest.mark.parametrize(
    "rule",
    [
        RULE, dataclasses.replace(RULE, report_time=None), dataclasses.replace(RULE, report_days=3),
        dataclasses.replace(RULE, counted_from=CountedFrom.MONTH_END, report_days=5, report_time=None),
        Deadlines(TODAY, "tanpa batas"),
    ],
)  # fmt: skip
async def test_a_rule_is_kept_as_it_was_set(town: Town, rule: Deadlines) -> None:
    number = await set_deadlines(town.call("Eka", ADMIN, key="k"), town.units["city"], rule)
    assert await set_deadlines(town.call("Eka", ADMIN, key="k"), town.units["city"], rule) == number
    assert deadlines_of(await DeadlineRow.get()) == rule
    assert await rule_on(town.units["office"], TODAY) == rule
    assert await rule_on(town.units["office"], TODAY - timedelta(days=1)) is None
    event = await EventRow.get()
    assert (event.kind, event.subject_id, event.payload) == (
        "activity.deadlines-changed", town.units["city"], {"valid_from": "2026-11-24"},
    )  # fmt: skip


async def test_the_same_day_again_corrects_and_a_later_day_follows(town: Town) -> None:
    city, call = town.units["city"], town.call("Eka", (Role.PLUGIN_ADMIN, "city"))
    first = await set_deadlines(call, city, RULE)
    mended = dataclasses.replace(RULE, verify_days=9)
    assert await set_deadlines(call, city, mended) == first
    later = dataclasses.replace(RULE, valid_from=TODAY + timedelta(days=7))
    assert await set_deadlines(call, city, later) != first
    assert await rule_on(city, TODAY + timedelta(days=6)) == mended
    assert await rule_on(city, TODAY + timedelta(days=7)) == later


async def test_of_many_who_set_the_same_day_at_once_the_last_is_kept(town: Town) -> None:
    rules = [dataclasses.replace(RULE, verify_days=days) for days in range(12)]
    numbers = await asyncio.gather(
        *(set_deadlines(town.call("Eka", ADMIN), town.units["city"], rule) for rule in rules)
    )
    assert len(set(numbers)) == 1
    assert deadlines_of(await DeadlineRow.get()) in rules


async def test_a_year_of_working_days_is_counted_too(town: Town) -> None:
    await silent(town, Silence.LAPSE, verify_days=366)
    standing = Standing(town.units["office"], ActivityState.SUBMITTED, TODAY, NOW, None)
    [found] = await due(system(town), [standing])
    assert found.verify_by is not None
    assert 366 <= (found.verify_by - NOW).days <= 368


async def test_a_rule_that_began_in_the_past_would_decide_what_is_done_and_is_refused(town: Town) -> None:
    past = dataclasses.replace(RULE, valid_from=TODAY - timedelta(days=1))
    with pytest.raises(BadInput, match="validFrom"):
        await set_deadlines(town.call("Eka", ADMIN), town.units["city"], past)
    evening = NOW.replace(hour=18)  # already the 25th in Surabaya
    with pytest.raises(BadInput, match="validFrom"):
        await set_deadlines(town.call("Eka", ADMIN, now=evening), town.units["city"], RULE)
    assert await DeadlineRow.all().count() == 0


async def test_only_those_with_the_right_set_deadlines(town: Town) -> None:
    for call in (
        town.call("Sri"),
        town.call("Eka", (Role.AUDITOR, "city")),
        town.call("Eka", (ADMIN[0], "archive")),
    ):
        with pytest.raises(Forbidden):
            await set_deadlines(call, town.units["office"], RULE)
    with pytest.raises(NotFound):
        await set_deadlines(town.call("Eka", ADMIN), 10**9, RULE)


async def test_an_activity_shows_until_when_it_is_sent_and_decided(town: Town) -> None:
    await silent(town, Silence.LAPSE)
    await DeadlineRow.all().update(counted_from="day", report_until_min=960, mend_days=1)
    office = town.units["office"]
    cases = [
        (ActivityState.DRAFT, datetime(2026, 11, 24, 9, tzinfo=UTC), None),
        (ActivityState.SUBMITTED, datetime(2026, 11, 24, 9, tzinfo=UTC), LATE),
        (ActivityState.RETURNED, datetime(2026, 11, 25, 17, tzinfo=UTC), None),
        (ActivityState.VERIFIED, None, None),
    ]
    found = await due(system(town), [Standing(office, state, TODAY, NOW, NOW) for state, _, _ in cases])
    assert [(one.submit_by, one.verify_by) for one in found] == [(one, two) for _, one, two in cases]
    assert await due(system(town), []) == []


async def test_a_holiday_and_the_weekend_are_no_days_to_decide_in(town: Town) -> None:
    await silent(town, Silence.LAPSE)
    entry = Entry(
        EntryKind.OTHER, date(2026, 11, 26), date(2026, 11, 26), "Libur daerah", "Kepwal", None, True
    )
    await calendar.add(system(town, NOW), entry)
    number = await activity.submit(town.call("Budi"), report(town))
    assert await enforce(system(town)) == 0
    assert await enforce(system(town, LATE + timedelta(days=1))) == 1
    assert (await ActivityRow.get(id=number)).state == "rejected"


@pytest.mark.parametrize(
    ("silence", "state", "step"),
    [
        (Silence.NOTHING, "submitted", None), (Silence.VERIFY, "verified", "verified"),
        (Silence.LAPSE, "rejected", "rejected"), (Silence.ESCALATE, "submitted", "escalated"),
    ],
)  # fmt: skip
async def test_silence_has_the_effect_that_the_rule_says_once(
    town: Town, silence: Silence, state: str, step: str | None
) -> None:
    await EmployeeRow.filter(id=town.people["Sri"]).update(supervisor_id=town.people["Eka"])
    await silent(town, silence)
    number = await activity.submit(town.call("Budi"), report(town))
    decided = await activity.submit(town.call("Budi"), report(town))
    await activity.decide(town.call("Sri"), decided, Decision.VERIFY)
    before = await kinds()
    await DirtyRow.all().delete()
    assert await enforce(system(town, IN_TIME)) == 0
    assert await enforce(system(town)) == (step is not None)
    assert await enforce(system(town, LATE + timedelta(days=9))) == 0
    row = await ActivityRow.get(id=number)
    assert (row.state, row.version) == (state, 1 if step is None else 2)
    if step is None:
        assert await kinds() == before
        return
    assert await kinds() - before == Counter({f"activity.{step}": 1})
    assert [(one.employee_id, one.period) for one in await DirtyRow.all()] == [
        (town.people["Budi"], "2026-11")
    ]
    change = await ChangeRow.get(activity_id=number)
    assert (change.step, change.by_id, change.version) == (step, None, 2)
    assert "2026-11-26" in (change.note or "")
    assert "Perwal contoh" in (change.note or "")
    if silence is Silence.ESCALATE:
        assert (row.escalated_to_id, row.escalated_at) == (town.people["Eka"], LATE)
        await activity.decide(town.call("Eka", now=LATE), number, Decision.VERIFY)
    else:
        assert (row.decided_by_id, row.decision_note) == (None, change.note)
        with pytest.raises(Conflict):
            await activity.decide(town.call("Sri"), number, Decision.RETURN, "terlambat")


async def test_at_the_top_there_is_nobody_to_escalate_to_and_it_waits_on(town: Town) -> None:
    await silent(town, Silence.ESCALATE)
    number = await activity.submit(town.call("Budi"), report(town))
    assert await enforce(system(town)) == 0
    await activity.decide(town.call("Sri", now=LATE), number, Decision.VERIFY)


async def test_a_report_that_is_changed_waits_anew(town: Town) -> None:
    await EmployeeRow.filter(id=town.people["Sri"]).update(supervisor_id=town.people["Eka"])
    await silent(town, Silence.ESCALATE)
    number = await activity.submit(town.call("Budi"), report(town))
    await enforce(system(town))
    await activity.resubmit(town.call("Budi", now=LATE), number, report(town, minutes=50))
    row = await ActivityRow.get(id=number)
    assert (row.escalated_to_id, row.escalated_at, row.version) == (None, None, 3)
    assert await enforce(system(town)) == 0


async def test_the_rule_of_the_day_of_the_work_decides_and_the_nearer_unit_s_before_others(
    town: Town,
) -> None:
    await silent(town, Silence.LAPSE)
    await DeadlineRow.create(
        unit_id=town.units["office"],
        valid_from=TODAY,
        legal_basis="Sendiri",
        silence="nothing",
        recorded_at=NOW,
    )
    today = await activity.submit(town.call("Budi"), report(town))
    before = await activity.submit(town.call("Budi"), report(town, date=TODAY - timedelta(days=1)))
    far = await activity.submit(town.call("Eka"), report(town))
    assert await enforce(system(town)) == 2
    states = {row.id: row.state for row in await ActivityRow.all()}
    assert states == {today: "submitted", before: "rejected", far: "rejected"}


async def test_more_than_one_handful_is_done_to_the_end(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from eperf.services import deadline

    monkeypatch.setattr(deadline, "_AT_ONCE", 3)
    await silent(town, Silence.VERIFY, "office")
    for number in range(10):
        await activity.submit(town.call("Budi"), report(town, result=f"kerja {number}"))
    assert await enforce(system(town)) == 10
    assert (await kinds())["activity.verified"] == 10


async def test_a_duty_that_dies_half_way_has_done_nothing_and_the_next_does_all_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await silent(town, Silence.LAPSE)
    for _ in range(5):
        await activity.submit(town.call("Budi"), report(town))
    real = changes.ChangeRow.bulk_create

    async def dies(*given: object, **named: object) -> object:
        await real(*given, **named)
        raise KeyboardInterrupt

    monkeypatch.setattr(changes.ChangeRow, "bulk_create", dies)
    with pytest.raises(KeyboardInterrupt):
        await enforce(system(town))
    monkeypatch.setattr(changes.ChangeRow, "bulk_create", real)
    assert {row.state for row in await ActivityRow.all()} == {"submitted"}
    assert await ChangeRow.all().count() == 0
    assert await enforce(system(town)) == 5
    assert (await kinds())["activity.rejected"] == 5


async def test_a_duty_and_a_superior_at_the_same_time_leave_one_decision(town: Town) -> None:
    await silent(town, Silence.LAPSE)
    ids = [await activity.submit(town.call("Budi"), report(town)) for _ in range(12)]
    outcomes = await asyncio.gather(
        enforce(system(town)),
        enforce(system(town)),
        *(activity.decide(town.call("Sri", now=LATE), number, Decision.VERIFY) for number in ids),
        return_exceptions=True,
    )
    by_rule, by_hand = sum(one for one in outcomes[:2] if isinstance(one, int)), outcomes[2:]
    assert {type(one) for one in by_hand} <= {int, Conflict}
    assert by_rule + sum(isinstance(one, int) for one in by_hand) == 12
    assert Counter(await ChangeRow.all().values_list("activity_id", flat=True)) == Counter(ids)
    told = await kinds()
    assert told["activity.verified"] + told["activity.rejected"] == 12


async def test_without_a_rule_there_is_no_deadline_and_nothing_follows(town: Town) -> None:
    number = await activity.submit(town.call("Budi"), report(town, date=TODAY - timedelta(days=300)))
    assert await enforce(system(town, NOW + timedelta(days=900))) == 0
    row = await ActivityRow.get(id=number)
    standing = Standing(row.unit_id, ActivityState.SUBMITTED, row.date, row.submitted_at, None)
    assert [(one.submit_by, one.verify_by) for one in await due(system(town), [standing])] == [(None, None)]
