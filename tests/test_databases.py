"""The tests' own ground: a database of the right kind, with the schema, for each test alone."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from eperf.store import database as store
from tests.support import database as support


async def _names() -> set[str]:
    catalogue = "sqlite_master WHERE type = 'table'" if support.KIND == "sqlite" else "pg_tables"
    column = "name" if support.KIND == "sqlite" else "tablename"
    return {
        row[column]
        for row in await store.connection().execute_query_dict(f"SELECT {column} FROM {catalogue}")
    }


async def test_the_database_of_a_test_is_of_the_kind_that_was_asked_for(database: str) -> None:
    assert store.dialect() == support.KIND == os.environ.get("EPERF_TEST_DATABASE", "sqlite")
    assert {"employee", "event"} <= await _names()


@pytest.mark.parametrize("attempt", [1, 2])
async def test_a_test_never_meets_the_rows_of_another(attempt: int, database: str) -> None:
    assert "left_behind" not in await _names()
    await store.connection().execute_script("CREATE TABLE left_behind (attempt INT)")
    assert "left_behind" in await _names()


async def test_two_databases_of_one_test_are_two(new_database: Callable[..., str]) -> None:
    first, second = new_database(), new_database(empty=True)
    assert first != second
    for url, expected in ((first, True), (second, False)):
        async with support.opened(url):
            assert ("event" in await _names()) is expected
