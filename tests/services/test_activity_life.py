"""The life of an activity: drafts, edits, rejections, withdrawn verifications, and the history of all of it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from eperf.domain.access import SYSTEM, Operation, Role, scope
from eperf.domain.activity import Decision, Report
from eperf.domain.errors import (
    BadInput,
    Conflict,
    Forbidden,
    NotFound,
    Refused,
    VerificationFinal,
)
from eperf.domain.period import YearMonth
from eperf.domain.scoring import UnitPeriod
from eperf.domain.scoring.cut import Cohort
from eperf.services import activity
from eperf.services.call import Call
from eperf.services.file import readable
from eperf.services.scoring import score_dirty
from eperf.store import frames
from eperf.store.activity import ActivityRow, ChangeRow, EvidenceRow
from eperf.store.changes import in_reach
from eperf.store.deadline import DeadlineRow
from eperf.store.event import EventRow
from eperf.store.file import FileRow
from eperf.store.people import EmployeeRow
from eperf.store.scoring import DirtyRow, ScoreRow
from tests.support.town import NOW, SINCE, TODAY, Town


def report(town: Town, **changes: object) -> Report:
    return dataclasses.replace(Report(town.item, TODAY, 60, 100, "Laporan bulanan"), **changes)


async def file(
    town: Town, name: str = "Budi", content: str = "1", media: str = "image/png", size: int = 1
) -> int:
    row = await FileRow.create(
        sha256=content * 64, size=size, media_type=media, account_id=town.accounts[name], created_at=NOW
    )
    return int(row.id)


async def kinds() -> Counter[str]:
    return Counter(await EventRow.filter(subject_type="Activity").values_list("kind", flat=True))


async def steps(number: int) -> list[tuple[int, str]]:
    return [(row.version, row.step) for row in await ChangeRow.filter(activity_id=number).order_by("id")]


async def allow_withdrawing(town: Town, days: int = 0) -> None:
    await DeadlineRow.create(
        unit_id=town.units["city"], valid_from=SINCE, legal_basis="Perwal contoh", silence="nothing", withdraw_days=days,
        recorded_at=NOW,
    )  # fmt: skip


async def test_a_draft_is_saved_and_changed_without_a_trace(town: Town) -> None:
    draft = await activity.save_draft(town.call("Budi"), Report(town.item, TODAY, 0, 0, ""))
    again = await activity.save_draft(
        town.call("Budi"),
        report(town, minutes=30, links=("https://x.id/a",), evidence=(await file(town),)),
        draft,
    )
    assert again == draft
    row = await ActivityRow.get(id=draft)
    assert (row.state, row.minutes, row.links, row.version) == ("draft", 30, ["https://x.id/a"], 2)
    assert await EvidenceRow.filter(activity_id=draft).count() == 1
    assert [await EventRow.all().count(), await DirtyRow.all().count(), await ChangeRow.all().count()] == [
        0,
        0,
        0,
    ]


async def test_nobody_but_its_reporter_sees_a_draft(town: Town) -> None:
    draft = await activity.save_draft(town.call("Budi"), report(town, evidence=(await file(town),)))
    number = (await EvidenceRow.get()).file_id
    others = [
        town.viewer("Sri"), town.viewer("Joko", stands_in_for=("Sri",)), town.viewer("Eka", (Role.AUDITOR, "city")),
        town.viewer("Eka", (Role.UNIT_LEADER, "city")), town.viewer("Eka", (Role.INTEGRATOR, "city")),
    ]  # fmt: skip
    for viewer in others:
        for operation in (Operation.ACTIVITY_READ, Operation.ACTIVITY_DECIDE):
            assert await in_reach([draft], scope(viewer, operation)) == set()
        with pytest.raises(NotFound):
            await readable(viewer, number)
        with pytest.raises(NotFound):
            await activity.decide(Call(viewer, NOW), draft, Decision.VERIFY)
    assert await in_reach([draft], scope(town.viewer("Budi"), Operation.ACTIVITY_READ)) == {draft}
    cohort = Cohort(town.units["office"], "office", 20, (town.people["Budi"],))
    (month,) = await frames.months([cohort], YearMonth.of(TODAY))
    assert isinstance(month, UnitPeriod)
    assert month.activities.is_empty()


async def test_a_draft_of_others_is_neither_changed_sent_nor_thrown_away(town: Town) -> None:
    draft = await activity.save_draft(town.call("Budi"), report(town))
    for attempt in (
        activity.save_draft(town.call("Wati"), report(town), draft),
        activity.discard_draft(town.call("Wati"), draft),
        activity.resubmit(town.call("Sri"), draft, report(town)),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert (await ActivityRow.get(id=draft)).version == 1


async def test_a_draft_cites_only_files_of_ones_own(town: Town) -> None:
    other = await file(town, "Wati")
    with pytest.raises(NotFound) as refused:
        await activity.save_draft(town.call("Budi"), report(town, evidence=(other,)))
    assert refused.value.field == "evidence"
    assert await ActivityRow.all().count() == 0


async def test_a_draft_that_is_sent_is_a_report_and_tells_nothing_of_what_it_was(town: Town) -> None:
    draft = await activity.save_draft(town.call("Budi"), report(town, result="belum jadi", minutes=5))
    await activity.resubmit(town.call("Budi", key="k"), draft, report(town))
    await activity.resubmit(town.call("Budi", key="k"), draft, report(town))
    row = await ActivityRow.get(id=draft)
    assert (row.state, row.minutes, row.version) == ("submitted", 60, 2)
    change = await ChangeRow.get()
    assert (change.step, change.version) == ("submitted", 2)
    assert change.changes == [{"field": "state", "before": "draft", "after": "submitted"}]
    assert await kinds() == {"activity.submitted": 1}
    assert [(one.employee_id, one.period) for one in await DirtyRow.all()] == [
        (town.people["Budi"], "2026-11")
    ]


async def test_a_draft_that_is_sent_is_a_draft_no_more(town: Town) -> None:
    draft = await activity.save_draft(town.call("Budi"), report(town))
    await activity.resubmit(town.call("Budi"), draft, report(town))
    for attempt in (
        activity.save_draft(town.call("Budi"), report(town, minutes=1), draft),
        activity.discard_draft(town.call("Budi"), draft),
    ):
        with pytest.raises(Conflict):
            await attempt
    assert (await ActivityRow.get(id=draft)).minutes == 60


async def test_a_draft_is_thrown_away_with_what_it_cites(town: Town) -> None:
    number = await file(town)
    draft = await activity.save_draft(town.call("Budi", key="s"), report(town, evidence=(number,)))
    assert await activity.save_draft(town.call("Budi", key="s"), report(town, evidence=(number,))) == draft
    assert await activity.discard_draft(town.call("Budi", key="d"), draft) == town.people["Budi"]
    assert await activity.discard_draft(town.call("Budi", key="d"), draft) == town.people["Budi"]
    assert [await ActivityRow.all().count(), await EvidenceRow.all().count()] == [0, 0]
    assert await FileRow.exists(id=number)


async def test_a_report_that_waits_is_changed_and_each_change_is_kept(town: Town) -> None:
    one, two = await file(town), await file(town, content="2")
    number = await activity.submit(town.call("Budi"), report(town, evidence=(one,)))
    yesterday = TODAY - timedelta(days=1)
    later = NOW + timedelta(hours=1)
    await activity.resubmit(
        town.call("Budi", now=later), number,
        report(town, minutes=45, date=yesterday, evidence=(two, one), links=("https://x.id/",)),
    )  # fmt: skip
    row = await ActivityRow.get(id=number)
    assert (row.state, row.minutes, row.version, row.submitted_at) == ("submitted", 45, 2, later)
    change = await ChangeRow.get()
    assert (change.step, change.by_id, change.at, change.changes) == (
        "edited", town.people["Budi"], later,
        [
            {"field": "date", "before": "2026-11-24", "after": "2026-11-23"},
            {"field": "minutes", "before": "60", "after": "45"},
            {"field": "evidence", "before": str(one), "after": f"{two} {one}"},
            {"field": "links", "before": "", "after": "https://x.id/"},
        ],
    )  # fmt: skip


async def test_who_decides_on_what_they_saw_does_not_decide_on_what_it_has_become(town: Town) -> None:
    number = await activity.submit(town.call("Budi"), report(town))
    await activity.resubmit(town.call("Budi"), number, report(town, minutes=300, result="lain"))
    with pytest.raises(Conflict, match="version 2"):
        await activity.decide(town.call("Sri"), number, Decision.VERIFY, version=1)
    with pytest.raises(Conflict, match="version 2"):
        await activity.resubmit(town.call("Budi"), number, report(town), version=1)
    await activity.decide(town.call("Sri"), number, Decision.VERIFY, version=2)


async def test_a_rejected_activity_is_final_counts_nothing_and_keeps_its_reason(town: Town) -> None:
    number = await activity.submit(town.call("Budi"), report(town))
    with pytest.raises(BadInput, match="note"):
        await activity.decide(town.call("Sri"), number, Decision.REJECT)
    await activity.decide(town.call("Sri"), number, Decision.REJECT, "Bukan tugas Anda")
    for attempt in (
        activity.resubmit(town.call("Budi"), number, report(town)),
        activity.decide(town.call("Sri"), number, Decision.VERIFY),
        activity.decide(town.call("Sri"), number, Decision.RETURN, "x"),
        activity.withdraw(town.call("Sri"), number, "x"),
    ):
        with pytest.raises(Conflict, match="rejected"):
            await attempt
    row = await ActivityRow.get(id=number)
    assert (row.state, row.decision_note, row.decided_by_id) == (
        "rejected",
        "Bukan tugas Anda",
        town.people["Sri"],
    )
    assert await in_reach([number], scope(town.viewer("Budi"), Operation.ACTIVITY_READ)) == {number}
    assert await kinds() == {"activity.submitted": 1, "activity.rejected": 1}
    await score_dirty(Call(SYSTEM, NOW, registry=town.registry))
    assert [score.score_h for score in await ScoreRow.filter(employee_id=town.people["Budi"])] in ([], [0])


async def test_a_verification_is_withdrawn_while_the_month_is_open_and_the_rule_allows_it(town: Town) -> None:
    number = await activity.submit(town.call("Budi"), report(town))
    await activity.decide(town.call("Sri"), number, Decision.VERIFY, "baik")
    with pytest.raises(VerificationFinal, match="no rule"):
        await activity.withdraw(town.call("Sri"), number, "keliru")
    await allow_withdrawing(town)
    with pytest.raises(BadInput, match="note"):
        await activity.withdraw(town.call("Sri"), number, "")
    await DirtyRow.all().delete()
    await activity.withdraw(town.call("Sri", key="w"), number, "keliru")
    await activity.withdraw(town.call("Sri", key="w"), number, "keliru")
    row = await ActivityRow.get(id=number)
    assert (row.state, row.decision_note, row.version) == ("returned", "keliru", 3)
    assert await kinds() == {
        "activity.submitted": 1, "activity.verified": 1, "activity.verification-withdrawn": 1,
    }  # fmt: skip
    assert await DirtyRow.all().count() == 1
    assert await steps(number) == [(2, "verified"), (3, "withdrawn")]
    await activity.resubmit(town.call("Budi"), number, report(town, minutes=50))
    assert await steps(number) == [(2, "verified"), (3, "withdrawn"), (4, "resubmitted")]


@pytest.mark.parametrize(("days", "hours_before"), [(0, 1), (5, 1), (0, -1), (5, 0)])
async def test_the_month_is_open_by_the_civil_time_of_the_unit(
    town: Town, days: int, hours_before: int
) -> None:
    await allow_withdrawing(town, days)
    number = await activity.submit(town.call("Budi"), report(town))
    await activity.decide(town.call("Sri"), number, Decision.VERIFY)
    closes = datetime(2026, 12, 1 + days, tzinfo=UTC) - timedelta(hours=7)
    call = town.call("Sri", now=closes - timedelta(hours=hours_before))
    if hours_before > 0:
        await activity.withdraw(call, number, "keliru")
    else:
        with pytest.raises(VerificationFinal):
            await activity.withdraw(call, number, "keliru")


async def test_only_who_may_decide_withdraws(town: Town) -> None:
    await allow_withdrawing(town)
    number = await activity.submit(town.call("Budi"), report(town))
    await activity.decide(town.call("Joko", stands_in_for=("Sri",)), number, Decision.VERIFY)
    for name, grants in (("Budi", ()), ("Wati", ()), ("Eka", ((Role.UNIT_LEADER, "city"),))):
        with pytest.raises((Forbidden, NotFound)):
            await activity.withdraw(town.call(name, *grants), number, "keliru")
    await activity.withdraw(town.call("Joko", stands_in_for=("Sri",)), number, "keliru")
    change = await ChangeRow.get(step="withdrawn")
    assert (change.by_id, change.acting_for_id) == (town.people["Joko"], town.people["Sri"])


async def test_what_was_not_verified_is_not_withdrawn(town: Town) -> None:
    await allow_withdrawing(town)
    number = await activity.submit(town.call("Budi"), report(town))
    with pytest.raises(Conflict, match="submitted"):
        await activity.withdraw(town.call("Sri"), number, "keliru")


async def test_nobody_decides_on_their_own_whoever_they_act_for(town: Town) -> None:
    """Not for their superior, and not for the superior's superior to whom it was escalated."""
    await EmployeeRow.filter(id=town.people["Sri"]).update(supervisor_id=town.people["Eka"])
    number = await activity.submit(town.call("Budi"), report(town))
    await ActivityRow.filter(id=number).update(escalated_to_id=town.people["Eka"], escalated_at=NOW)
    acting = town.call("Budi", stands_in_for=("Sri", "Eka"))
    for decision in Decision:
        with pytest.raises(Forbidden):
            await activity.decide(acting, number, decision, "saya sendiri")
    outcome = (await activity.decide_many(acting, [number], Decision.VERIFY))[0]
    assert isinstance(outcome.refused, Forbidden)
    assert (await ActivityRow.get(id=number)).state == "submitted"


@pytest.mark.parametrize(
    ("name", "acts_for", "decided_for"),
    [("Eka", (), None), ("Wati", ("Eka",), "Eka"), ("Joko", ("Sri",), "Sri"), ("Sri", ("Eka",), None)],
)
async def test_what_was_escalated_is_decided_by_either_superior_and_who_acts_for_them(
    town: Town, name: str, acts_for: tuple[str, ...], decided_for: str | None
) -> None:
    number = await activity.submit(town.call("Budi"), report(town))
    call = town.call(name, stands_in_for=acts_for)
    if name in ("Eka", "Wati"):
        with pytest.raises(NotFound):
            await activity.decide(call, number, Decision.VERIFY)
    await ActivityRow.filter(id=number).update(escalated_to_id=town.people["Eka"], escalated_at=NOW)
    await activity.decide(call, number, Decision.VERIFY)
    row = await ActivityRow.get(id=number)
    assert row.decided_for_id == (decided_for and town.people[decided_for])


async def test_who_looks_after_an_escalated_activity_reads_its_evidence(town: Town) -> None:
    number = await file(town)
    done = await activity.submit(town.call("Budi"), report(town, evidence=(number,)))
    with pytest.raises(NotFound):
        await readable(town.viewer("Eka"), number)
    await ActivityRow.filter(id=done).update(escalated_to_id=town.people["Eka"], escalated_at=NOW)
    assert (await readable(town.viewer("Eka"), number)).id == number


async def test_every_change_since_it_was_first_sent_is_one_line_of_the_history(town: Town) -> None:
    await allow_withdrawing(town)
    number = await activity.submit(town.call("Budi"), report(town))
    await activity.resubmit(town.call("Budi"), number, report(town, minutes=50))
    await activity.decide(town.call("Sri"), number, Decision.RETURN, "Lampirkan bukti")
    await activity.resubmit(town.call("Budi"), number, report(town, minutes=50, date=date(2026, 11, 20)))
    await activity.decide(town.call("Sri"), number, Decision.VERIFY)
    await activity.withdraw(town.call("Sri"), number, "Salah orang")
    await activity.resubmit(town.call("Budi"), number, report(town))
    await activity.decide(town.call("Sri"), number, Decision.REJECT, "Tetap salah")
    assert await steps(number) == [
        (2, "edited"), (3, "returned"), (4, "resubmitted"), (5, "verified"), (6, "withdrawn"), (7, "resubmitted"),
        (8, "rejected"),
    ]  # fmt: skip
    assert (await ActivityRow.get(id=number)).version == 8
    notes = await ChangeRow.filter(activity_id=number).order_by("id").values_list("note", flat=True)
    assert notes == [None, "Lampirkan bukti", None, None, "Salah orang", None, "Tetap salah"]


async def test_a_refused_change_leaves_no_line(town: Town) -> None:
    number = await activity.submit(town.call("Budi"), report(town))
    for attempt in (
        activity.resubmit(town.call("Budi"), number, report(town, minutes=0)),
        activity.decide(town.call("Wati"), number, Decision.VERIFY),
        activity.decide(town.call("Sri"), number, Decision.RETURN, ""),
    ):
        with pytest.raises(Refused):
            await attempt
    assert await steps(number) == []
