"""Corrections from the request to the day they mend, on a real database."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import datetime, timedelta

import pytest

from eperf.domain.access import Role
from eperf.domain.attendance.correction import CorrectionAsked, CorrectionReason
from eperf.domain.attendance.request import Verdict
from eperf.domain.errors import BadInput, Conflict, Forbidden, NotFound, SpanTaken
from eperf.services.attendance import correction
from eperf.services.attendance.days import close_day
from eperf.services.call import Call
from eperf.services.file import readable
from eperf.store.attendance import CorrectionRow, DayRow, PunchRow
from eperf.store.event import EventRow
from eperf.store.file import FileRow
from eperf.store.scoring import DirtyRow
from tests.support.town import NOW, TODAY, Town

MONDAY = TODAY - timedelta(days=1)
COME, GO = (
    NOW - timedelta(days=1, hours=2, minutes=35),
    NOW - timedelta(days=1) + timedelta(hours=6, minutes=5),
)
SIGN, REFUSE = Verdict.APPROVE, Verdict.REFUSE


def head(
    town: Town, name: str = "Eka", unit: str = "office", now: datetime = NOW, key: str | None = None
) -> Call:
    return town.call(name, (Role.UNIT_LEADER, unit), now=now, key=key)


async def asked(town: Town, name: str = "Budi", **changes: object) -> CorrectionAsked:
    row = await FileRow.get_or_none(account_id=town.accounts[name]) or await FileRow.create(
        sha256="a" * 64, size=1, media_type="image/png", account_id=town.accounts[name], created_at=NOW
    )
    known = CorrectionAsked(MONDAY, COME, GO, CorrectionReason.DEVICE_BROKEN, "Mesin mati", (row.id,))
    return dataclasses.replace(known, **changes)  # type: ignore[arg-type]


async def day(town: Town, name: str = "Budi") -> DayRow:
    return await DayRow.get(employee_id=town.people[name], date=MONDAY)


async def test_a_signed_correction_mends_the_day_and_its_end_unmends_it(town: Town) -> None:
    await close_day(town.call("Sri"), MONDAY)
    await DirtyRow.all().delete()
    number = await correction.ask(town.call("Budi"), await asked(town))
    assert (await day(town)).status == "absent"
    await correction.decide(head(town), number, SIGN)
    row = await day(town)
    assert (row.status, row.first_in, row.last_out, row.missing_taps) == ("present", COME, GO, 0)
    assert [(one.employee_id, one.period) for one in await DirtyRow.all()] == [
        (town.people["Budi"], "2026-11")
    ]
    assert {punch.source for punch in await PunchRow.all()} == {"eperf/by-hand"}
    with pytest.raises(Conflict):
        await correction.cancel(town.call("Budi"), number)
    await correction.cancel(head(town), number, "Keliru orang")
    assert (await day(town)).status == "absent"
    assert {punch.outcome for punch in await PunchRow.all()} == {"withdrawn"}
    kinds = [event.kind for event in await EventRow.filter(subject_type="DayCorrection").order_by("id")]
    assert [kind.rpartition("-")[2] for kind in kinds] == ["requested", "signed", "cancelled"]
    # The same times may be asked for once more.
    again = await correction.ask(town.call("Budi"), await asked(town))
    await correction.decide(head(town), again, SIGN)
    assert (await day(town)).status == "present"


async def test_somebody_who_left_in_the_last_minute_of_the_day_is_believed_when_signed_for(
    town: Town,
) -> None:
    latest = COME + timedelta(hours=16, minutes=34)
    number = await correction.ask(town.call("Budi"), await asked(town, tap_out=latest))
    await correction.decide(head(town), number, SIGN)
    row = await day(town)
    assert (row.status, row.last_out, row.missing_taps) == ("present", latest, 0)


async def test_only_a_unit_head_signs_and_never_the_own_day(town: Town) -> None:
    number = await correction.ask(town.call("Budi"), await asked(town))
    with pytest.raises(Forbidden):
        await correction.decide(town.call("Sri"), number, SIGN)
    with pytest.raises(NotFound):
        await correction.decide(head(town, unit="archive"), number, SIGN)
    with pytest.raises(Forbidden):
        await correction.decide(head(town, "Budi"), number, SIGN)
    with pytest.raises(BadInput):
        await correction.decide(head(town), number, REFUSE)
    await correction.decide(head(town), number, REFUSE, "Mesin tidak mati")
    assert await PunchRow.all().count() == 0


async def test_of_ten_who_sign_at_once_one_does_and_the_taps_are_there_once(town: Town) -> None:
    number = await correction.ask(town.call("Budi"), await asked(town))
    calls = (correction.decide(head(town), number, SIGN, f"catatan {n}") for n in range(10))
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(one, int) for one in outcomes) == 1
    assert sum(isinstance(one, Conflict) for one in outcomes) == 9
    assert await PunchRow.all().count() == 2


async def test_one_day_is_corrected_once_at_a_time_and_a_key_answers_once(town: Town) -> None:
    given = await asked(town)
    first = await correction.ask(town.call("Budi", key="k"), given)
    assert await correction.ask(town.call("Budi", key="k"), given) == first
    with pytest.raises(SpanTaken) as refused:
        await correction.ask(town.call("Budi"), given)
    assert refused.value.field == "date"
    await correction.cancel(town.call("Budi"), first)
    assert await correction.ask(town.call("Budi"), given) != first


@pytest.mark.parametrize(("late", "signed"), [(0, True), (1, False)])
async def test_after_the_last_day_nobody_signs_but_anybody_may_refuse(
    town: Town, late: int, signed: bool
) -> None:
    number = await correction.ask(town.call("Budi"), await asked(town))
    row = await CorrectionRow.get(id=number)
    assert row.sign_until is not None
    assert row.sign_until.isoformat() == "2026-12-02"
    then = NOW + (row.sign_until - TODAY) + timedelta(days=late)
    if signed:
        assert await correction.decide(head(town, now=then), number, SIGN) == number
        return
    with pytest.raises(Conflict, match="2026-12-02"):
        await correction.decide(head(town, now=then), number, SIGN)
    assert await correction.decide(head(town, now=then), number, REFUSE, "Terlambat") == number


async def test_the_evidence_is_read_by_the_unit_head(town: Town) -> None:
    given = await asked(town)
    await correction.ask(town.call("Budi"), given)
    assert (await readable(head(town).viewer, given.files[0])).id == given.files[0]
    with pytest.raises(NotFound):
        await readable(head(town, unit="archive").viewer, given.files[0])
