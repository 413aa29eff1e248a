"""Some of the random kills; `make kills` does a thousand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from eperf.schema.ids import global_id
from tests.faults.workload import populate
from tests.kills.harness import at_least_once, kill
from tests.support.database import KIND
from tests.support.server import Server

KILLS = 10


@pytest.mark.fault
@pytest.mark.skipif(KIND == "sqlite", reason="SQLite serves one process")
def test_whoever_resumes_has_heard_every_change_once_and_in_order_whatever_was_killed(
    database_url: str, serve: Callable[..., Server], record_property: Callable[[str, object], None]
) -> None:
    town = populate(database_url)
    server = serve(database_url, {"EPERF_REQUESTS_PER_MINUTE": "1000000"}, ("--workers", "3"))
    done = kill(server, database_url, global_id("CatalogueItem", town.item), KILLS, pause=0.4)
    record_property("figure", f"killed {dict(done.by_kind)}: {done.events} events heard once and in order")
    assert done.events > 50


def test_a_delivery_that_is_missing_or_has_no_id_is_found() -> None:
    at_least_once({"1", "2"}, ["1", "2", "2"])
    with pytest.raises(AssertionError, match="never came"):
        at_least_once({"1", "2"}, ["1"])
    with pytest.raises(AssertionError, match="without an id"):
        at_least_once({"1"}, ["1", None])
