"""The catalogue that comes with the points plugin imports as it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import eperf_points_catalogue
from eperf.adapters.table import read
from eperf.domain.access import SYSTEM
from eperf.domain.table import Table
from eperf.services.call import Call
from eperf.services.imports import import_catalogue
from eperf.store.catalogue import ItemRow
from tests.support.town import NOW, Town

FILE = Path(eperf_points_catalogue.__file__).parent / "surakarta.csv"


async def test_every_row_of_the_catalogue_lands(town: Town) -> None:
    given = read(FILE)
    rows = [("city", *line.cells[1:]) for line in given.lines]
    assert given.header[0] == "unit_code"
    report = await import_catalogue(Call(SYSTEM, NOW), Table.of(given.header, rows))
    assert report.bad == ()
    assert await ItemRow.filter(valid_from=date(2020, 1, 1)).count() == 57 == len(rows)
    worth = {
        item.code: item.points_per_unit_h for item in await ItemRow.filter(code__in=["83", "145", "148", "9"])
    }
    assert worth == {"83": 1_300, "145": 19_800, "148": 19_800, "9": 12_500}
    assert await ItemRow.filter(unit_size_h=1_000).count() >= 10
