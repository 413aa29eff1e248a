"""Every table of law in the domain and in the installed plugins keeps the same order."""

from __future__ import annotations

import importlib
import pkgutil
from itertools import combinations, groupby
from types import ModuleType

import pytest

import eperf.domain
import eperf_ministry_70_30
import eperf_minutes_ceiling
import eperf_pare
import eperf_surplus_tier
from eperf.domain.regulation import Regulated

PACKAGES = (eperf.domain, eperf_minutes_ceiling, eperf_ministry_70_30, eperf_pare, eperf_surplus_tier)
_WORDS = ("unit", "scheme", "group", "profile", "regulation")


def modules(package: ModuleType) -> list[ModuleType]:
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    return [importlib.import_module(one.name) for one in found]


def is_table(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and all(isinstance(row, Regulated) for row in value)


TABLES = {
    f"{module.__name__}.{name}": value
    for package in PACKAGES
    for module in modules(package)
    for name, value in vars(module).items()
    if is_table(value)
}


def subject(row: Regulated) -> tuple[str, ...]:
    """What a row is about: two rows about the same thing must not hold on the same day."""
    return tuple(str(getattr(row, word, "")) for word in _WORDS)


def test_there_are_tables() -> None:
    assert len(TABLES) >= 20


@pytest.mark.parametrize("table", TABLES)
def test_a_row_names_its_basis_and_ends_after_it_begins(table: str) -> None:
    for row in TABLES[table]:
        assert row.legal_basis.strip()
        assert row.valid_to is None or row.valid_from < row.valid_to


@pytest.mark.parametrize("table", TABLES)
def test_no_two_rows_about_the_same_thing_hold_on_the_same_day(table: str) -> None:
    for _, rows in groupby(sorted(TABLES[table], key=subject), key=subject):
        for one, other in combinations(rows, 2):
            assert not one.covers(other.valid_from)
            assert not other.covers(one.valid_from)
