"""`eperf worker`: the installation's duties without a server."""

from __future__ import annotations

import asyncio
import contextlib
import signal

from eperf.app.cli.run import run_with_database
from eperf.app.guests.life import Guests, living
from eperf.app.house import House
from eperf.app.logs import configure
from eperf.app.processes.bound import OUT_SECONDS, end_within
from eperf.app.told import tell


def worker() -> None:
    """Number events and keep scores true, without serving. On PostgreSQL workers share the scoring; one leads."""

    async def job(house: House) -> None:
        configure(house.settings.log_level, house.settings.log_json)
        tell(house.registry.report(), strict=house.settings.plugins_strict)
        async with living(house.registry) as guests:
            await work(house, guests)

    async def work(house: House, guests: Guests) -> None:
        wire = house.wire()
        wired = asyncio.create_task(wire.run()) if wire else None
        leading = asyncio.create_task(house.leader(guests).run())
        loop = asyncio.get_running_loop()

        def end() -> None:
            end_within(OUT_SECONDS)
            leading.cancel()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, end)
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await leading
        finally:
            if wired is not None:
                wired.cancel()
                await asyncio.gather(wired, return_exceptions=True)

    run_with_database(job)
