"""The page on promotions says what the rules say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from eperf.domain.organisation import PositionKind
from eperf.domain.promotion.candidate import NOT_RECORDED, kinds_for
from eperf.domain.promotion.finding import Code
from eperf.domain.promotion.kinds import CODES, kind_rule

PAGE = (Path(__file__).parents[3] / "docs/promotion.md").read_text(encoding="utf-8")
ROWS = {
    cells[0]: cells
    for line in PAGE.splitlines()
    if len(cells := [cell.strip() for cell in line.strip("|").split("|")]) >= 3
}


@pytest.mark.parametrize("code", list(Code))
def test_every_reason_is_on_the_page_and_whether_records_answer_it(code: Code) -> None:
    assert (ROWS[code][2] == "not asked") == (code in NOT_RECORDED)


@pytest.mark.parametrize("code", CODES)
def test_every_kind_is_on_the_page_with_its_months_and_whether_it_is_searched(code: str) -> None:
    rule = kind_rule(code, date(2026, 1, 1))
    searched = {kind for post in (None, *PositionKind) for kind in kinds_for(post)}
    assert ROWS[code][2:] == [str(rule.months_in_rank or ""), "yes" if code in searched else "no"]
