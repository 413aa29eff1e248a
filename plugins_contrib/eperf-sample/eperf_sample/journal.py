"""A journal of commendations: the sink writes lines to the file that the lifespan holds open.

`EPERF_PLUGIN_SAMPLE_JOURNAL` names the file; without it there is no journal, and what is sent is taken all the same. An
update that comes twice is written twice, with the same cursor.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TextIO

from eperf.plugins.service import Update

VARIABLE = "EPERF_PLUGIN_SAMPLE_JOURNAL"


@dataclass(frozen=True)
class SampleSettings:
    """What an installation may set; eperf reads and checks it at start, before anything here runs."""

    journal: str = ""


class Pages:
    """The file, while it is open."""

    def __init__(self) -> None:
        self.file: TextIO | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Opens the journal, if one is named; closes it at the end."""
        path = os.environ.get(VARIABLE)
        if not path:
            yield
            return
        # Blocking is fine here: the loop is this plugin's alone.
        with open(path, "a", encoding="utf-8") as self.file:  # noqa: ASYNC230
            try:
                yield
            finally:
                self.file = None


JOURNAL = Pages()


class Journal:
    """The sink."""

    name, version = "journal", "1"
    kinds: tuple[str, ...] = ("sample.commended",)
    seconds: float = 5

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def send(self, updates: Sequence[Update]) -> None:
        """Writes the updates, and returns when the file has them."""
        if self._pages.file is None:
            if os.environ.get(VARIABLE):
                raise RuntimeError("the journal is not open")
            return
        for update in updates:
            line = {"cursor": update.cursor, "employee": update.employee_id, **update.payload}
            self._pages.file.write(json.dumps(line) + "\n")
        self._pages.file.flush()
        os.fsync(self._pages.file.fileno())
