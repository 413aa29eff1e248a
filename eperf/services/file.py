"""Files: taken in as a stream, kept by content, read by whoever may see what they hang on.

An upload hangs on nothing yet and is its sender's alone. Once an activity, a leave, a duty order, a correction, a
check-in, a realisation or an appeal cites it, it is evidence, and who may see the evidence of that may read it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from eperf.adapters.blobs import Blobs, Received
from eperf.adapters.links import Links
from eperf.adapters.sniff import CSV, KEPT, TEXT, sniff
from eperf.domain.access import Operation, Subject, Viewer, scope
from eperf.domain.errors import Forbidden, MediaTypeRefused, NotFound
from eperf.services.call import Call, work
from eperf.store.activity import EvidenceRow
from eperf.store.changes import in_reach
from eperf.store.citing import CITING
from eperf.store.file import FileRow
from eperf.store.scope import OF_EMPLOYEE_ROWS, predicate

_UNSAID = ("", "application/octet-stream")
_ALIASES = {"image/jpg": "image/jpeg"}


@dataclass(frozen=True)
class Pace:
    """How an upload may come: at most `most` bytes, no pause over `idle` seconds, all within `total` seconds."""

    most: int
    idle: float = 10
    total: float = 300


@dataclass(frozen=True)
class Link:
    """A signed link to a file: the query parameters that stand for the right to read it until `expires`."""

    file_id: int
    expires: int
    signature: str


async def upload(
    call: Call, blobs: Blobs, chunks: AsyncIterator[bytes], declared: str, pace: Pace
) -> FileRow:
    """Keeps a content for the caller; the same content again gives the same row.

    `declared` is the sender's `Content-Type`, or "". The type is found in the content: one that is not on the list, or
    that differs from what the sender says, is refused by name and nothing is kept.
    """
    call.require(Operation.FILE_UPLOAD, Subject(frozenset(), call.viewer.employee_id))
    if call.viewer.system:
        raise Forbidden(Operation.FILE_UPLOAD.value)
    said = _said(declared)
    async with blobs.receiving(chunks, pace.most, pace.idle, pace.total) as received:
        media_type = _agreed(said, await asyncio.to_thread(sniff, received.path))
        await blobs.keep(received)
        async with work(call):
            return await _row(call, received, media_type)


async def readable(viewer: Viewer, file_id: int) -> FileRow:
    """A file that the viewer may read; `NOT_FOUND` for any other, whether or not it exists."""
    row = await FileRow.get_or_none(id=file_id)
    if row is None or not await _may_read(viewer, row):
        raise NotFound("file", file_id)
    return row


async def linked(call: Call, links: Links, file_id: int, expires: str, signature: str) -> FileRow:
    """A file by a signed link; `NOT_FOUND` when the link was not signed here, for another file, or has ended."""
    row = (
        await FileRow.get_or_none(id=file_id) if links.holds(file_id, expires, signature, call.now) else None
    )
    if row is None:
        raise NotFound("file", file_id)
    return row


async def link(call: Call, links: Links, file_id: int) -> Link:
    """A link of minutes to a file that the caller may read, for viewers that cannot send a credential."""
    await readable(call.viewer, file_id)
    return Link(file_id, *links.sign(file_id, call.now))


def content(blobs: Blobs, row: FileRow) -> Path:
    """Where the bytes of a file lie."""
    return blobs.path(row.sha256)


async def _row(call: Call, received: Received, media_type: str) -> FileRow:
    row = FileRow(
        sha256=received.sha256,
        size=received.size,
        media_type=media_type,
        account_id=call.viewer.account_id,
        created_at=call.now,
    )
    await FileRow.bulk_create([row], ignore_conflicts=True)
    return await FileRow.get(account_id=call.viewer.account_id, sha256=received.sha256)


async def _may_read(viewer: Viewer, row: FileRow) -> bool:
    reach = scope(viewer, Operation.FILE_READ)
    own = Subject(frozenset(), viewer.employee_id)
    if reach.everything or (row.account_id == viewer.account_id and reach.covers(own)):
        return True
    within = predicate(reach, OF_EMPLOYEE_ROWS)
    if within is None:
        return False
    cited = [one.activity_id for one in await EvidenceRow.filter(file_id=row.id)]
    if await in_reach(cited, reach):
        return True
    for link, near, citing in CITING:
        cited = await link.filter(file_id=row.id).values_list(near, flat=True)
        if await citing.filter(within, id__in=list(cited)).exists():
            return True
    return False


def _said(declared: str) -> str | None:
    """The type that the sender names, None when it names none; one that is not on the list is refused."""
    name = declared.partition(";")[0].strip().lower()
    name = _ALIASES.get(name, name)
    if name in _UNSAID:
        return None
    if name not in KEPT:
        raise MediaTypeRefused(name, "kept are PDF, PNG, JPEG, WEBP, DOCX, XLSX, text and CSV")
    return name


def _agreed(said: str | None, found: str | None) -> str:
    """The type of the content. Only whether text is CSV is taken from the sender: it changes nothing but the name."""
    if found is None:
        raise MediaTypeRefused(said or "unknown", "the content is of no kept type")
    if said in (None, found):
        return found
    if said == CSV and found == TEXT:
        return CSV
    raise MediaTypeRefused(said, f"the content is {found}")
