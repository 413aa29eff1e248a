"""Appeals from the leaf to the settlement, on a real database."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from eperf.domain.access import Role
from eperf.domain.appeal import AppealState, Remedy
from eperf.domain.errors import (
    AppealTooLate,
    BadInput,
    Conflict,
    Forbidden,
    NotFound,
    NotInForce,
    ReviewerNotFree,
)
from eperf.services import appeal
from eperf.services.attendance.days import close_day, reclassify
from eperf.services.call import Call
from eperf.services.file import readable
from eperf.services.remedy import deciders
from eperf.store.activity import ActivityRow, ChangeRow
from eperf.store.adjustment import AdjustmentRow
from eperf.store.appeal import AppealRow, pending_of
from eperf.store.attendance import DayRow
from eperf.store.event import EventRow
from eperf.store.file import FileRow
from eperf.store.plan import PlanRow, RealisationRow, TargetRow
from eperf.store.predikat import PredikatRow
from eperf.store.scoring import ScoreRow
from tests.support.closed import (
    POINTS,
    adjusted,
    at,
    balance_of,
    blobs,
    chosen,
    closed,
    scored,
    stored_bytes,
    with_appeals,
    worked,
)
from tests.support.town import NOW, TODAY, Town

MONDAY = date(2026, 10, 5)


def head(town: Town, name: str = "Eka", unit: str = "city", **more: Any) -> Call:
    return town.call(name, (Role.UNIT_LEADER, unit), **more)


@pytest.fixture
async def ready(town: Town) -> Town:
    """A scored October of Budi in a city with rules for appeals."""
    await chosen(town, POINTS, {})
    await with_appeals(town)
    await worked(town)
    await scored(town)
    return town


async def score_of(town: Town) -> ScoreRow:
    return await ScoreRow.get(employee_id=town.people["Budi"], period="2026-10")


async def place_of(town: Town, kind: str = "activity") -> int:
    score = await score_of(town)
    return next(
        n
        for n, leaf in enumerate(score.breakdown)
        if leaf["evidence"] and leaf["evidence"][0]["kind"] == kind
    )  # type: ignore[index]


async def raised(
    town: Town, call: Call | None = None, kind: str = "activity", files: tuple[int, ...] = ()
) -> int:
    score = await score_of(town)
    place = await place_of(town, kind)
    return await appeal.raise_appeal(
        call or town.call("Budi"), score.id, place, score.input_digest, "Kurang", files
    )


async def test_an_accepted_appeal_corrects_the_activity_and_the_open_month_is_scored_again(
    ready: Town,
) -> None:
    number = await raised(ready)
    row = await AppealRow.get()
    score = await score_of(ready)
    assert (row.before_h, row.answer_until, row.raise_until) == (
        score.score_h,
        TODAY + timedelta(days=7),
        None,
    )
    assert await pending_of([ready.people["Budi"]]) == {ready.people["Budi"]: 1}
    await appeal.accept(head(ready), number, "Benar enam laporan", Remedy(quantity_h=600))
    assert await appeal.settle_accepted(ready.call("Sri")) == 0
    await scored(ready)
    assert await appeal.settle_accepted(ready.call("Sri")) == 1
    row, after = await AppealRow.get(), await score_of(ready)
    assert (row.state, row.before_h, row.after_h) == (AppealState.SETTLED.value, score.score_h, after.score_h)
    assert after.score_h is not None
    assert score.score_h is not None
    assert after.score_h > score.score_h
    assert row.leaf_after is not None
    assert (row.leaf_after["rule"], row.leaf_after["evidence"]) == (
        row.leaf_before["rule"],
        row.leaf_before["evidence"],
    )
    assert row.leaf_after["amount"] != row.leaf_before["amount"]
    assert await pending_of([ready.people["Budi"]]) == {}
    change = await ChangeRow.get(activity_id=(await ActivityRow.get()).id)
    assert (change.step, change.by_id, change.note) == (
        "corrected",
        ready.people["Eka"],
        "Benar enam laporan",
    )
    assert change.changes == [{"field": "quantity", "before": "3.00", "after": "6.00"}]
    kinds = [one.kind for one in await EventRow.filter(subject_type="Appeal").order_by("id")]
    assert kinds == ["appeal.raised", "appeal.accepted", "appeal.settled"]
    assert await EventRow.filter(kind="activity.corrected").count() == 1


async def test_in_a_closed_month_it_makes_an_entry_that_names_the_appeal(ready: Town, tmp_path: Path) -> None:
    kept = blobs(tmp_path)
    await closed(ready, kept)
    before = await stored_bytes()
    number = await raised(ready)
    assert (await AppealRow.get()).raise_until == TODAY + timedelta(days=40)
    await appeal.accept(head(ready), number, "Benar", Remedy(quantity_h=600))
    await adjusted(ready, kept)
    await appeal.settle_accepted(ready.call("Sri"))
    assert await stored_bytes() == before
    entry, row = await AdjustmentRow.get(), await AppealRow.get()
    assert (entry.appeal_id, entry.caused_by_id) == (row.id, ready.people["Eka"])
    assert [(one["kind"], one["event"]) for one in entry.causes] == [("activity", "activity.corrected")]
    assert row.after_h == await balance_of(ready, "Budi") == entry.after_h


@pytest.mark.parametrize("is_closed", [False, True])
async def test_an_absent_day_is_mended_by_taps_and_scored(
    town: Town, tmp_path: Path, is_closed: bool
) -> None:
    kept = blobs(tmp_path)
    await chosen(town, "ministry-70-30/attendance", {})
    await with_appeals(town)
    await worked(town)
    await close_day(town.call("Sri"), MONDAY)
    await scored(town)
    if is_closed:
        await closed(town, kept)
    number = await raised(town, kind="day")
    remedy = Remedy(tap_in=at(5, 0), tap_out=at(5, 10))
    await appeal.accept(head(town), number, "Mesin mati", remedy)
    await adjusted(town, kept)
    assert await appeal.settle_accepted(town.call("Sri")) == 0
    while await reclassify(town.call("Sri")):
        pass
    assert (await DayRow.get(employee_id=town.people["Budi"], date=MONDAY)).status == "present"
    await adjusted(town, kept)
    assert await appeal.settle_accepted(town.call("Sri")) == 1
    row = await AppealRow.get()
    assert row.after_h is not None
    assert row.before_h is not None
    assert row.after_h > row.before_h
    causes = [cause for entry in await AdjustmentRow.all() for cause in entry.causes]
    told = [(one["kind"], one["id"], one["change"], one["event"]) for one in causes]
    mended = ("day", MONDAY.isoformat(), "changed", "attendance.day-classified")
    assert told == ([mended] if is_closed else [])


async def test_nobody_reviews_what_they_decided_or_their_own_or_for_whom_they_act(ready: Town) -> None:
    number = await raised(ready)
    with pytest.raises(ReviewerNotFree):
        await appeal.accept(head(ready, "Sri"), number, "Ya", Remedy())
    with pytest.raises(ReviewerNotFree):
        await appeal.refuse(head(ready, "Joko", stands_in_for=("Sri",)), number, "Tidak")
    with pytest.raises(Forbidden):
        await appeal.accept(head(ready, "Budi"), number, "Ya", Remedy())
    with pytest.raises(Forbidden):
        await appeal.accept(ready.call("Sri"), number, "Ya", Remedy())
    with pytest.raises(NotFound):
        await appeal.accept(head(ready, unit="archive"), number, "Ya", Remedy())
    await ActivityRow.all().update(decided_by_id=ready.people["Joko"], decided_for_id=ready.people["Sri"])
    with pytest.raises(ReviewerNotFree):
        await appeal.refuse(head(ready, "Sri"), number, "Tidak")
    await appeal.refuse(head(ready), number, "Tidak terbukti")
    row = await AppealRow.get()
    assert (row.state, row.decided_by_id, row.decision_note) == (
        "refused",
        ready.people["Eka"],
        "Tidak terbukti",
    )
    assert (await ActivityRow.get()).quantity_h == 300


async def test_an_activity_that_is_no_longer_verified_is_not_corrected(ready: Town) -> None:
    number = await raised(ready)
    await ActivityRow.all().update(state="returned")
    with pytest.raises(Conflict, match="returned"):
        await appeal.accept(head(ready), number, "Ya", Remedy(quantity_h=600))
    assert ((await AppealRow.get()).state, (await ActivityRow.get()).quantity_h) == ("open", 300)


async def test_who_decided_on_a_predikat_or_a_target_does_not_review_it(ready: Town) -> None:
    number, eka, joko = await raised(ready), ready.people["Eka"], ready.people["Joko"]
    row = await AppealRow.get()
    own = {"employee_id": row.employee_id, "unit_id": ready.units["office"]}
    first, last = date(2026, 7, 1), date(2026, 9, 30)
    quarter = {**own, "period": "2026-Q3", "first_day": first, "last_day": last}
    await PredikatRow.create(
        **quarter, work="as", behaviour="as", predikat="baik", known_on=TODAY, decided_at=NOW, decided_by_id=eka,
        decided_for_id=joko,
    )  # fmt: skip
    plan = await PlanRow.create(**quarter, level="person", state="agreed", decided_by_id=joko)
    target = await TargetRow.create(
        plan_id=plan.id, kind="main", title="Laporan", aspect="quantity", measure="laporan", target_h=100,
        lower_is_better=False,
    )  # fmt: skip
    await RealisationRow.create(
        **own, target_id=target.id, through="2026-09", realised_h=100, note="Selesai", state="accepted",
        reported_at=NOW, decided_by_id=eka,
    )  # fmt: skip
    for kind, name in (("predikat", "2026-Q3"), ("target", str(target.id))):
        row.leaf_before = {**row.leaf_before, "evidence": [{"kind": kind, "id": name}]}
        await row.save()
        assert await deciders(row) == {eka, joko}
        for reviewer in ("Eka", "Joko"):
            with pytest.raises(ReviewerNotFree):
                await appeal.accept(head(ready, reviewer), number, "Ya", Remedy())


async def test_the_time_to_appeal_ends_with_its_day(ready: Town, tmp_path: Path) -> None:
    await with_appeals(ready, raise_days=2)
    await closed(ready, blobs(tmp_path))
    with pytest.raises(AppealTooLate, match="2026-11-26"):
        await raised(ready, ready.call("Budi", now=NOW + timedelta(days=3)))
    await raised(ready, ready.call("Budi", now=NOW + timedelta(days=2)))


async def test_without_a_rule_for_appeals_there_is_none(town: Town) -> None:
    await chosen(town, POINTS, {})
    await worked(town)
    await scored(town)
    with pytest.raises(NotInForce):
        await raised(town)


async def test_what_cannot_be_appealed_is_refused_by_name(ready: Town) -> None:
    score, call = await score_of(ready), ready.call("Budi")
    with pytest.raises(Conflict, match="computed again"):
        await appeal.raise_appeal(call, score.id, 0, "sha256:old", "Kurang")
    with pytest.raises(BadInput) as refused:
        await appeal.raise_appeal(call, score.id, 99, score.input_digest, "Kurang")
    assert refused.value.field == "leaf"
    with pytest.raises(NotFound):
        await appeal.raise_appeal(ready.call("Wati"), score.id, 0, score.input_digest, "Kurang")
    number = await raised(ready)
    with pytest.raises(Conflict, match="pending"):
        await raised(ready)
    with pytest.raises(BadInput) as refused:
        await appeal.accept(head(ready), number, "Ya", Remedy(tap_in=at(5)))
    assert refused.value.field == "tapIn"
    with pytest.raises(BadInput) as refused:
        await appeal.accept(head(ready), number, "Ya", Remedy(minutes=0))
    assert refused.value.field == "minutes"
    assert (await AppealRow.get()).state == "open"


async def test_an_appeal_is_taken_back_by_who_raised_it_while_it_is_open(ready: Town) -> None:
    number = await raised(ready)
    with pytest.raises(Forbidden):
        await appeal.withdraw(head(ready), number)
    await appeal.withdraw(ready.call("Budi"), number)
    with pytest.raises(Conflict):
        await appeal.refuse(head(ready), number, "Tidak")
    assert await raised(ready) != number


async def test_of_ten_who_answer_at_once_one_does_and_a_key_answers_once(ready: Town) -> None:
    number = await raised(ready, ready.call("Budi", key="k"))
    assert await raised(ready, ready.call("Budi", key="k")) == number
    calls = (appeal.accept(head(ready), number, f"Ya {n}", Remedy(quantity_h=500 + n)) for n in range(10))
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(one, int) for one in outcomes) == 1
    assert sum(isinstance(one, Conflict) for one in outcomes) == 9
    assert await EventRow.filter(kind="activity.corrected").count() == 1


async def test_of_two_who_raise_at_once_one_does(ready: Town) -> None:
    outcomes = await asyncio.gather(*(raised(ready) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(one, int) for one in outcomes) == 1
    assert await AppealRow.all().count() == 1


async def test_both_sides_read_each_others_files_and_nobody_else_does(ready: Town) -> None:
    files = {}
    for name in ("Budi", "Eka"):
        row = await FileRow.create(
            sha256=name[0].lower() * 64, size=1, media_type="image/png", account_id=ready.accounts[name], created_at=NOW
        )  # fmt: skip
        files[name] = row.id
    number = await raised(ready, files=(files["Budi"],))
    await appeal.refuse(head(ready), number, "Lihat lampiran", (files["Eka"],))
    assert (await readable(head(ready).viewer, files["Budi"])).id == files["Budi"]
    assert (await readable(ready.call("Budi").viewer, files["Eka"])).id == files["Eka"]
    for file in files.values():
        with pytest.raises(NotFound):
            await readable(ready.call("Wati").viewer, file)
    with pytest.raises(NotFound):
        await raised(ready, files=(files["Eka"],))


def test_the_rule_has_no_days_of_its_own() -> None:
    from dataclasses import MISSING, fields

    from eperf.domain.appeal import AppealDays

    assert all(field.default is MISSING for field in fields(AppealDays))
