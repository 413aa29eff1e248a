"""The measurements of all workers, whichever of them is asked.

Each worker says its own on a socket in the workers' folder; who is asked for `/metrics` gathers them, and every series
gets the label `worker`. So a gauge stays a gauge of one process, and a worker that was started again is a counter that
was reset. One that does not answer is left out.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from prometheus_client import generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from eperf.app.processes.tie import Tie

_SECONDS = 2.0
_MOST_BYTES = 16 * 1024 * 1024


@asynccontextmanager
async def said(tie: Tie) -> AsyncIterator[None]:
    """Within, this worker says its measurements to its siblings."""

    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            writer.write(generate_latest())
            await writer.drain()
        writer.close()

    # Whoever had the place before is being replaced, and leaves the name to us.
    server = await asyncio.start_unix_server(say, _name(tie.folder, tie.place))
    try:
        yield
    finally:
        server.close()


async def gathered(tie: Tie) -> bytes:
    """What all workers say, as one exposition."""
    places = sorted(int(path.stem) for path in tie.folder.glob("*.sock"))
    texts = await asyncio.gather(*(_heard(_name(tie.folder, place)) for place in places))
    found: dict[str, Metric] = {}
    for place, text in zip(places, texts, strict=True):
        for family in _families(text):
            whole = found.setdefault(family.name, Metric(family.name, family.documentation, family.type))
            for sample in family.samples:
                whole.samples.append(sample._replace(labels={**sample.labels, "worker": str(place)}))
    return generate_latest(_Gathered(found.values()))


def _families(text: str) -> list[Metric]:
    try:
        return list(text_string_to_metric_families(text))
    except ValueError:  # it ended in the middle of a line
        return []


class _Gathered:
    """Metrics as a registry."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """All of them."""
        return self._metrics


async def _heard(name: str) -> str:
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_unix_connection(name, limit=_MOST_BYTES)
            try:
                return (await reader.read()).decode()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return ""


def _name(folder: Path, place: int) -> str:
    return str(folder / f"{place}.sock")
