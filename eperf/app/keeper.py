"""Who knows the tables of plugins: the seam between a plugin's life and its rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping

from eperf.app.house import House
from eperf.services import removal


class Tables:
    """The rows of an installation's plugins; see `eperf.services.removal`."""

    def __init__(self, house: House) -> None:
        self._registry, self._config = house.registry, house.config

    async def rows(self, plugin: str) -> Mapping[str, int]:
        """The tables that are the plugin's alone, each with how many rows it has."""
        return (await removal.holdings(self._registry, self._config, plugin)).tables

    async def require_removable(self, plugin: str) -> None:
        """Refuses when the tables could not be removed: before anything is changed."""
        await removal.require_removable(self._registry, self._config, plugin)

    def lines(self, plugin: str, head: bytes) -> AsyncIterator[bytes]:
        """The plugin's rows as lines of JSON, the last with their number and a digest, of the `head` too."""
        return removal.lines(self._registry, self._config, plugin, head)

    async def remove(self, plugin: str) -> None:
        """Drops the tables by the plugin's own migrations, and its rows elsewhere."""
        await removal.remove(self._registry, self._config, plugin)

    async def restore(self, plugin: str, head: bytes, lines: Iterable[bytes]) -> int:
        """Puts rows back into the tables that are there again and empty; gives how many."""
        return await removal.restore(self._registry, self._config, plugin, lines, head)
