"""Hanging files on what cites them: only files of the caller's own, which nobody else knows of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eperf.domain.errors import NotFound
from eperf.services.call import Call
from eperf.store.file import FileRow


async def attach(call: Call, link: type[Any], near: str, number: int, files: Sequence[int]) -> None:
    """Has a row cite files, in the order given: `link` are the rows between, `near` their column of that row's id.

    Refuses with `NOT_FOUND` a file that the caller has not brought.
    """
    if not files:
        return
    own = {file.id for file in await FileRow.filter(id__in=list(files), account_id=call.viewer.account_id)}
    for file_id in files:
        if file_id not in own:
            raise NotFound("files", file_id)
    await link.bulk_create([link(**{near: number, "file_id": file_id}) for file_id in files])
