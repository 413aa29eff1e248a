"""Who knows the tables of plugins: the seam between a plugin's life and its rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping

from eperf.app.house import House
from eperf.domain.errors import PluginInUse
from eperf.store.tables import rows_by_table


class Tables:
    """The tables of an installation's plugins, by the labels that they claimed at start."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def rows(self, plugin: str) -> Mapping[str, int]:
        """The tables that are the plugin's alone, each with how many rows it has."""
        return await rows_by_table(self._labels(plugin))

    async def require_removable(self, plugin: str) -> None:
        """Refuses a plugin with tables: their migrations have to be taken back first."""
        tables = await self.rows(plugin)
        if tables:
            raise PluginInUse(plugin, f"it has the tables {', '.join(sorted(tables))}")

    async def lines(self, plugin: str) -> AsyncIterator[bytes]:
        """No rows: only a plugin without tables is exported."""
        await self.require_removable(plugin)
        nothing: tuple[bytes, ...] = ()
        for line in nothing:
            yield line

    async def remove(self, plugin: str) -> None:
        """Nothing is left to drop once a plugin is removable."""
        await self.require_removable(plugin)

    async def restore(self, plugin: str, lines: Iterable[bytes]) -> int:
        """The number of rows that were put back; refuses rows, which an export without tables has not."""
        if any(True for _ in lines):
            raise PluginInUse(plugin, "the export has rows of tables")
        return 0

    def _labels(self, plugin: str) -> list[str]:
        return [found.part.label for found in self._house.registry.models if found.plugin == plugin]
