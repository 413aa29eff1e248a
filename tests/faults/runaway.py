"""A plugin with two queries that do not end: one waits for the database, the other keeps the process busy."""

from __future__ import annotations

from eperf.plugins import hookimpl


@hookimpl
def eperf_api():  # type: ignore[no-untyped-def]
    """Two root fields."""
    import strawberry

    from eperf.plugins.api import Contribution
    from eperf.store import database
    from tests.support.slow import FOR_EVER

    async def waits() -> int:
        rows = await database.connection().execute_query_dict(FOR_EVER)
        return len(rows)

    async def spins() -> int:
        while True:
            pass

    return [
        Contribution(
            query={
                "runaway_waits": strawberry.field(resolver=waits, description="Waits for ever."),
                "runaway_spins": strawberry.field(resolver=spins, description="Never gives way."),
            }
        )
    ]
