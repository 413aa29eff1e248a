from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import eperf_sample
from eperf.plugins import BadInput, hookspecs
from eperf.plugins.service import Reach, Role, Update
from eperf.testing import registry_of
from eperf.testing.laws import judgements
from eperf_sample.journal import JOURNAL, VARIABLE, Journal
from eperf_sample.parts import PerPoint, PointPrice
from eperf_sample.verbs import COMMEND, MOST_LETTERS, OLDEST, READ, commend

TODAY = date(2026, 11, 24)


class Desk:
    """As much of a desk as what is refused beforehand asks for."""

    today = TODAY


@pytest.mark.parametrize("law", judgements(str(Path(__file__).parents[1])), ids=str)
def test_the_law_holds(law: Any) -> None:
    law.hold()


def test_it_answers_every_hook() -> None:
    [report] = registry_of("sample", eperf_sample).report()
    assert set(report.hooks) == {name for name in dir(hookspecs) if name.startswith("eperf_")}


def test_nobody_commends_themselves_and_only_superiors_commend() -> None:
    assert COMMEND.never_on_oneself
    assert COMMEND.reaches == {Role.SUPERVISOR: Reach.REPORTS, Role.UNIT_LEADER: Reach.SUBTREE}
    assert READ.reaches[Role.EMPLOYEE] is Reach.SELF


@pytest.mark.parametrize("reason", ["", " \t", "a\x00b", "x" * (MOST_LETTERS + 1)])
async def test_a_reason_is_some_words(reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        await commend(Desk(), "anybody", TODAY, reason)  # type: ignore[arg-type]
    assert refused.value.field == "reason"


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), TODAY - OLDEST])
async def test_a_day_lies_within_the_last_year(day: date) -> None:
    with pytest.raises(BadInput) as refused:
        await commend(Desk(), "anybody", day, "Banjir ditangani")  # type: ignore[arg-type]
    assert refused.value.field == "day"


def update(cursor: int) -> Update:
    facts = {"commendation": cursor, "day": "2026-11-23"}
    at = datetime(2026, 11, 24, 3, tzinfo=UTC)
    return Update(cursor, "sample.commended", 1, "Employee", 7, 1, 7, at, facts)


async def test_the_journal_has_a_line_for_each_update(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, sink = tmp_path / "journal", Journal(JOURNAL)
    await sink.send([update(1)])  # nobody keeps a journal
    monkeypatch.setenv(VARIABLE, str(path))
    with pytest.raises(RuntimeError, match="not open"):
        await sink.send([update(1)])
    async with JOURNAL.opened():
        await sink.send([update(1), update(2)])
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"cursor": cursor, "employee": 7, "commendation": cursor, "day": "2026-11-23"} for cursor in (1, 2)
    ]


def test_a_score_that_is_missing_is_said() -> None:
    class Facts:
        score_h = None

    assert PerPoint().advise(Facts(), PointPrice()).cause == "score-missing"  # type: ignore[arg-type]
