"""A part that cites by the settings and the month, in the explanation and in what of it is stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest

from eperf.domain.scoring import StagePart
from eperf.domain.scoring.stored import expanded
from eperf.plugins import YearMonth
from eperf.plugins.builtin.norm_minutes import NormMinutes
from eperf.plugins.parts import Citing, Full, LadderOf
from eperf.testing import day, employee, scored, unit_period
from tests.domain.scoring.months import scheme_of

OWN = "Perwal 1/2026"
FULL = Full("t.full", OWN)
LADDER: LadderOf[NormMinutes] = LadderOf("t.cuts", OWN, lambda settings: "ma-2020")
ABSENT = [day(date(2026, 3, 2), status="absent")]


def bases(cites: Callable[[NormMinutes, YearMonth], str | None]) -> list[str]:
    """What the two leaves cite, told now and as they are stored."""
    parts = (StagePart("attendance", Citing(FULL, cites)), StagePart("attendance", Citing(LADDER, cites)))
    found = scored(scheme_of(*parts), unit_period([employee(1)], [], ABSENT))
    [(_, text)] = found.breakdowns().iter_rows()
    assert expanded(json.loads(text)) == found.trail(1)
    assert found.scores["score_h"].to_list() == [9_500]
    return [leaf["legal_basis"] for leaf in found.trail(1)]


@pytest.mark.parametrize(("said", "cited"), [("Kepwal 2/2026", "Kepwal 2/2026"), (None, OWN)])
def test_leaves_cite_what_is_said_and_the_parts_own_basis_when_nothing_is(
    said: str | None, cited: str
) -> None:
    assert bases(lambda settings, month: said)[0] == cited


def test_a_leaf_that_names_its_basis_keeps_it() -> None:
    assert bases(lambda settings, month: "Kepwal 2/2026")[1] == "Perma 3/2020 pasal 8, lampiran I-II"


def test_the_month_may_decide_what_is_cited() -> None:
    assert bases(lambda settings, month: f"Kepwal {month}")[0] == "Kepwal 2026-03"


def test_rule_and_basis_are_those_of_the_part() -> None:
    citing: Citing[NormMinutes] = Citing(FULL, lambda settings, month: None)
    assert (citing.rule_id, citing.legal_basis) == ("t.full", OWN)
