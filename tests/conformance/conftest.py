"""One served town for all strangers of a run's process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from eperf.schema.ids import global_id
from tests.faults.workload import populate, report, token_of
from tests.support.database import Databases
from tests.support.server import Server


@pytest.fixture(scope="session")
def town(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A real `eperf serve` of the small town: its addresses, a token, and what may be reported."""
    database = databases.migrated()
    written = populate(database)
    with Server(database, tmp_path_factory.mktemp("served")) as server:
        yield {
            "url": f"{server.url}/graphql",
            "socket": f"ws://127.0.0.1:{server.port}/graphql",
            "events": f"{server.url}/graphql/stream",
            "tokens": {"employee": token_of("Budi")},
            "ids": {"employee": global_id("Employee", written.people["Budi"])},
            "report": report(global_id("CatalogueItem", written.item), "client"),
        }
    assert "Traceback" not in server.last_words()
    databases.drop(database)
