"""Standings and punishments as an office brings them: read whole, or refused by row and column."""

from __future__ import annotations

from datetime import date

import pytest

from eperf.domain.attendance.leave import LeaveKind
from eperf.domain.errors import BadInput
from eperf.domain.pay.circumstance import COLUMNS, Circumstance, CircumstanceKind, read
from eperf.domain.pay.facts import PayLine
from eperf.domain.pay.leave import Approved, standings_of, taken
from eperf.domain.pay.table import as_csv, cells
from eperf.domain.period import YearMonth
from eperf.domain.scoring.eligibility import Standing

HEAD = ",".join(COLUMNS)
GOOD = f"{HEAD}\r\n198001012005011001,standing,suspended,2026-03-01,,SK 1/2026\r\n\r\n"
MARCH = YearMonth(2026, 3)


def test_rows_are_read_and_empty_ones_left_out() -> None:
    [row] = read(GOOD)
    assert row == Circumstance(
        "198001012005011001", CircumstanceKind.STANDING, "suspended", date(2026, 3, 1), None, "SK 1/2026"
    )
    assert row.covers(date(2030, 1, 1))
    assert not row.covers(date(2026, 2, 28))


def test_a_table_without_rows_says_that_there_are_none() -> None:
    assert read(HEAD) == read(f"{HEAD}\n") == ()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "circumstances"),
        ("nip,kind\n", "circumstances"),
        (f"{HEAD}\n1,standing,suspended,2026-03-01,\n", "circumstances[2]"),
        (f"{HEAD}\n,standing,suspended,2026-03-01,,SK\n", "circumstances[2].nip"),
        (f"{HEAD}\n1,mood,suspended,2026-03-01,,SK\n", "circumstances[2].kind"),
        (f"{HEAD}\n1,standing,tired,2026-03-01,,SK\n", "circumstances[2].word"),
        (f"{HEAD}\n\n1,standing,suspended,1 March,,SK\n", "circumstances[3].since"),
        (f"{HEAD}\n1,standing,suspended,2026-03-01,2026-02-01,SK\n", "circumstances[2].until"),
        (f"{HEAD}\n1,punishment,oral_warning,2026-03-01,,\n", "circumstances[2].basis"),
        (f'{HEAD}\n"1', "circumstances[2]"),
    ],
)
def test_what_cannot_be_read_is_refused_by_row_and_column(text: str, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(text)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("kind", "days", "child", "standing"),
    [
        (LeaveKind.UNPAID, 30, None, Standing.UNPAID_LEAVE),
        (LeaveKind.BIG, 30, None, Standing.BIG_LEAVE),
        (LeaveKind.BIG_HAJJ, 30, None, Standing.BIG_LEAVE),
        (LeaveKind.MATERNITY, 90, 2, Standing.MATERNITY_1_2),
        (LeaveKind.MATERNITY, 90, 3, Standing.MATERNITY_3),
        (LeaveKind.SICK, 2, None, None),
        (LeaveKind.SICK, 3, None, Standing.SICK_TO_3_MONTHS),
        (LeaveKind.SICK, 91, None, None),
        (LeaveKind.ANNUAL, 5, None, None),
    ],
)
def test_a_standing_follows_from_leave_that_covers_the_day(
    kind: LeaveKind, days: int, child: int | None, standing: Standing | None
) -> None:
    first = date(2026, 3, 31)
    leave = Approved(kind, first, date.fromordinal(first.toordinal() + days - 1), child)
    found = standings_of([], [leave], MARCH.last, has_post=True, on_probation=False)
    assert found == ({standing} if standing else set())
    assert not standings_of([], [leave], date(2026, 3, 30), has_post=True, on_probation=False)


def test_what_is_told_and_what_is_recorded_are_both_standings() -> None:
    found = standings_of(read(GOOD), [], MARCH.last, has_post=False, on_probation=True)
    assert found == {Standing.SUSPENDED, Standing.NO_POST, Standing.PROBATION}
    punished = read(f"{HEAD}\n1,punishment,oral_warning,2026-03-01,,SK\n")
    assert not standings_of(punished, [], MARCH.last, has_post=True, on_probation=False)


def test_days_of_leave_are_counted_in_the_month_before_it_and_in_the_year() -> None:
    long = Approved(LeaveKind.SICK, date(2025, 12, 30), date(2026, 3, 3))
    short = Approved(LeaveKind.SICK, date(2026, 3, 30), date(2026, 4, 2))
    other = Approved(LeaveKind.ANNUAL, date(2026, 1, 5), date(2026, 1, 9))
    worked = [date(2026, 3, 2), date(2026, 3, 31), date(2026, 1, 2), date(2025, 12, 31)]
    first, second = taken([short, other, long], worked, MARCH)
    assert (first.calendar.now, first.calendar.before, first.calendar.year_before) == (3, 61, 59)
    assert (first.working.now, first.working.before, first.working.year_before) == (1, 2, 1)
    assert (second.calendar.now, second.calendar.before, second.calendar.year_before) == (2, 0, 62)
    assert (first.month_index(MARCH), second.month_index(MARCH)) == (4, 1)


def test_a_cell_that_a_spreadsheet_would_compute_is_text() -> None:
    row = cells(MARCH, "city", None, '=HYPERLINK("x")', 7, "eperf/class-allowance", PayLine(None, "why", ()))
    assert row[3] == '\'=HYPERLINK("x")'
    text = as_csv([row])
    assert text.splitlines()[0] == "period,unit,nip,name,job_class,state,amount_rp,cause,policy,steps"
    assert text.splitlines()[1].startswith("2026-03,city,,")
    assert ",missing,,why," in text
