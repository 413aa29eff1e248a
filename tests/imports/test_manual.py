"""`docs/import.md` names every column, kind and limit, and its examples land."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eperf.adapters import table
from eperf.domain.access import SYSTEM
from eperf.domain.organisation import JOB_CLASSES, MOST_DEPTH, PositionKind, UnitKind
from eperf.domain.people import MOST_SUPERIORS
from eperf.services.call import Call
from eperf.services.imports import (
    catalogue,
    employees,
    import_catalogue,
    import_employees,
    import_units,
    units,
)
from tests.imports.conftest import Written
from tests.support.town import NOW

MANUAL = (Path(__file__).parents[2] / "docs" / "import.md").read_text()
CALL = Call(SYSTEM, NOW)


async def test_the_examples_land_in_their_order(database: str, file: Written) -> None:
    examples = re.findall(r"```csv\n(.*?)```", MANUAL, re.DOTALL)
    imports = (import_units, import_employees, import_catalogue)
    for example, imported in zip(examples, imports, strict=True):
        done = await imported(CALL, table.read(file(example)))
        assert (done.created, done.problems) == (2, ())


@pytest.mark.parametrize("noun", [units, employees, catalogue])
def test_every_column_is_explained(noun: object) -> None:
    for column in noun.COLUMNS:
        assert re.search(rf"^\|[^|]*\b{column.name}\b[^|]*\|", MANUAL, re.MULTILINE), column.name
        assert (f"**{column.name}**" in MANUAL) is column.needed or column.name in ("code", "name", "kind")


def test_every_kind_is_explained_with_its_indonesian_word() -> None:
    for kind in UnitKind:
        assert f"`{kind}` ({kind.term})" in MANUAL
    for kind in PositionKind:
        word = f"({kind.term})".replace("jpt", "JPT")
        assert f"`{kind}` {word}" in MANUAL or kind.value == kind.term


def test_the_limits_are_those_of_the_program() -> None:
    mib = table.MOST_BYTES // 2**20
    assert f"At most {mib} MiB, {table.MOST_ROWS:,} rows and {table.MOST_COLUMNS} columns" in MANUAL
    assert f"at most {MOST_DEPTH} levels" in MANUAL
    assert f"at most {MOST_SUPERIORS} superiors" in MANUAL
    assert f"is {JOB_CLASSES[0]} to {JOB_CLASSES[1]}" in MANUAL
