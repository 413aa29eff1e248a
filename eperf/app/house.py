"""The composition root: an opened installation, from settings to everything that serves it."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from eperf.adapters.addresses import Reachable
from eperf.adapters.blobs import Blobs
from eperf.adapters.broker import Bell
from eperf.adapters.outgoing import Outgoing
from eperf.adapters.poster import HttpPoster
from eperf.adapters.wire import Wire
from eperf.app.graphql.limits import Limits
from eperf.app.guests.life import Guests
from eperf.app.leader import Leader
from eperf.app.traces import traced
from eperf.app.webhooks.outlet import WebhookOutlet
from eperf.app.webhooks.sender import Sender
from eperf.domain.access import SYSTEM
from eperf.domain.attendance.network import networks_of
from eperf.domain.errors import BadInput, RestoreUnfinished
from eperf.plugins import registry as plugins
from eperf.plugins.guests import Budget, probed
from eperf.plugins.registry import Registry
from eperf.schema.compose import Composed
from eperf.schema.gate import again, composed
from eperf.services.backup import is_unfinished
from eperf.services.call import Call, on_commit
from eperf.services.guests import guests
from eperf.settings import Settings
from eperf.store import database, migrate
from eperf.store.plugin import stopped


@dataclass(frozen=True)
class House:
    """An open installation. `work` rings on commits, `grown` when the event log has new numbers."""

    settings: Settings
    registry: Registry
    schema: Composed
    config: dict[str, Any]
    work: Bell
    grown: Bell
    now: Callable[[], datetime]

    def call(self, now: datetime | None = None) -> Call:
        """A call of the installation's own: jobs and commands on the server."""
        return Call(SYSTEM, now or self.now(), registry=self.registry)

    def leader(self, guests: Guests | None = None) -> Leader:
        """The duties that one process does; see `eperf.app.leader`. `guests` are plugins that live in it."""
        credentials = self.config["connections"]["default"]["credentials"]
        settings = self.settings
        return Leader(
            credentials,
            self.call,
            self.work,
            self.grown,
            self.outside(),
            pull_every=timedelta(seconds=settings.pull_seconds),
            coordinate_days=settings.coordinate_days,
            event_days=settings.event_days,
            blobs=self.blobs(),
            guests=guests,
            sender=self.sender(),
            environment={
                "EPERF_DATABASE_URL": settings.database,
                "EPERF_DATA_DIR": str(settings.data_dir.absolute()),
            },
        )

    def sender(self) -> Sender:
        """What sends to webhooks, in the process that leads."""
        keep = timedelta(days=self.settings.webhook_keep_days)
        return Sender(self.call, self.webhooks, self.grown, keep)

    def blobs(self) -> Blobs:
        """The files of this installation."""
        return Blobs(self.settings.data_dir)

    def wire(self) -> Wire | None:
        """What carries the bells to other processes; on SQLite there are none."""
        if database.dialect() == "sqlite":
            return None
        credentials = self.config["connections"]["default"]["credentials"]
        return Wire(credentials, {"work": self.work, "grown": self.grown})

    @cached_property
    def webhooks(self) -> WebhookOutlet:
        """The way out for webhooks; one for this process, so that connections are kept."""
        settings = self.settings
        networks = networks_of(",".join(settings.webhook_networks)) if settings.webhook_networks else ()
        limits = Limits(
            depth=settings.max_depth, cost=settings.max_cost, execution_seconds=settings.request_seconds
        )
        poster, prober = HttpPoster(Reachable(networks)), HttpPoster(Reachable(networks), lookups=4)
        return WebhookOutlet(self.schema, self.registry, self.grown, self.now, limits, poster, prober)

    async def let_go(self) -> None:
        """Closes what was opened for webhooks, if anything was."""
        if "webhooks" in vars(self):
            await self.webhooks.aclose()

    def outside(self) -> Outgoing:
        """The way to machines that are asked for their records."""
        networks = self.settings.pull_networks
        return Outgoing(networks_of(",".join(networks)) if networks else ())


def utc_now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


def tables(registry: Registry) -> dict[str, dict[str, Any]]:
    """The tables of plugins, as the store names them."""
    return {
        found.part.label: {
            "models": [found.part.models],
            "migrations": found.part.migrations,
            "default_connection": "default",
        }
        for found in registry.models
    }


def _require_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as wrong:
        raise BadInput("data_dir", str(folder), wrong.strerror or "cannot be written") from wrong


@asynccontextmanager
async def opened(settings: Settings, *, current: bool = True) -> AsyncIterator[House]:
    """Opens the installation; with `current` it refuses a database that is older or newer than the program, or cut."""
    with traced():
        async with _opened(settings, current) as house:
            yield house


@asynccontextmanager
async def _opened(settings: Settings, current: bool) -> AsyncIterator[House]:
    if is_unfinished(settings.data_dir):
        raise RestoreUnfinished("data_dir", str(settings.data_dir))
    _require_writable(settings.data_dir)
    budget = Budget(settings.plugin_seconds, settings.plugin_memory, settings.plugin_import_seconds)
    with probed(plugins.installed(), settings.data_dir / "plugins", budget.import_seconds) as candidates:
        registry, schema = composed(
            strict=settings.plugins_strict, candidates=candidates, without=settings.plugins_without
        )
    if current:
        migrate.require_there(settings.database)
    database.require_sound(settings.database, may_be_empty=not current)
    config = await database.connect(settings.database, tables(registry), settings.database_pool)
    work, grown = Bell(), Bell()
    forget = on_commit(work.ring)
    try:
        if current:
            (await migrate.status(config)).require_current()
            reasons = await stopped()
            if reasons:
                registry, schema = again(registry.without(reasons))
        with guests(budget):
            house = House(settings, registry, schema, config, work, grown, utc_now)
            try:
                yield house
            finally:
                await house.let_go()
    finally:
        forget()
        await database.disconnect()
