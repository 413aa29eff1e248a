"""`PUT /files` takes a file as the raw body; `GET /files/ID` gives it to whoever may see what it hangs on.

A file is data from a stranger: it is sent as an attachment under the type that its content has, and no page may run it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from eperf.adapters.blobs import Blobs
from eperf.adapters.links import Links, server_secret
from eperf.app.auth import Authenticator, viewer_in
from eperf.app.endpoint import Endpoint
from eperf.app.graphql.connection import Headers
from eperf.app.graphql.refusals import BadRequest
from eperf.app.graphql.request import parameters
from eperf.app.house import House
from eperf.domain.errors import BadInput, NotFound, TooMany, Unavailable
from eperf.schema.ids import global_id, number_of
from eperf.services.call import Call
from eperf.services.file import Pace, content, linked, readable, upload
from eperf.store.file import FileRow

_PIECE = 1 << 18
_EXTENSIONS = {
    "application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "text/plain": "txt",
    "text/csv": "csv",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}  # fmt: skip
_log = structlog.get_logger("eperf.files")


def routes(house: House, authenticator: Authenticator, pace: Pace | None = None) -> list[Route]:
    """The paths of files. The folder and the server's secret are made when there are none."""
    blobs = Blobs(house.settings.data_dir)
    links = Links(server_secret(house.settings.data_dir))
    chosen = pace or Pace(house.settings.file_bytes)
    origins = frozenset(house.settings.allowed_origins)

    async def put(request: Request) -> Response:
        viewer = await viewer_in(request, authenticator)
        found = Headers(request.scope)
        _check_head(found, chosen.most)
        declared = found.only(b"content-type") or ""
        row = await upload(Call(viewer, house.now()), blobs, request.stream(), declared, chosen)
        answer = {
            "id": global_id("File", row.id),
            "sha256": row.sha256,
            "size": row.size,
            "mediaType": row.media_type,
        }
        return JSONResponse(answer)

    async def get(request: Request) -> Response:
        row = await _asked(request)
        return await _sent(request, row, content(blobs, row))

    async def _asked(request: Request) -> FileRow:
        file_id = _number(request.path_params["id"])
        query = parameters(request.scope["query_string"])
        if "expires" in query or "signature" in query:
            signed = query.get("expires", ""), query.get("signature", "")
            return await linked(house.call(), links, file_id, *signed)
        return await readable(await viewer_in(request, authenticator), file_id)

    return [
        Route("/files", Endpoint({"PUT": put}, origins)),
        Route("/files/{id}", Endpoint({"GET": get}, origins)),
    ]


def _check_head(found: Headers, most: int) -> None:
    """Refuses by what is announced, before a byte is read."""
    if any(encoding.lower() != "identity" for encoding in found.every(b"content-encoding")):
        raise BadRequest("content-encoding", "send the file as it is")
    if len(found.every(b"content-type")) > 1:
        raise BadRequest("content-type", "comes more than once")
    for announced in found.every(b"content-length"):
        if not (announced.isascii() and announced.isdigit() and len(announced) < 20):
            raise BadRequest("content-length", "not a length")
        if int(announced) > most:
            raise TooMany("file bytes", most, int(announced))


def _number(text: str) -> int:
    try:
        return number_of(text, "File", "file")
    except BadInput as forged:
        raise NotFound("file", text) from forged


async def _sent(request: Request, row: FileRow, path: Path) -> Response:
    if not await asyncio.to_thread(_is_whole, path, row.size):
        _log.error("files.content_missing", file=row.id, sha256=row.sha256)
        raise Unavailable("file")
    name = f"{row.sha256[:16]}.{_EXTENSIONS.get(row.media_type, 'bin')}"
    headers = {
        "content-type": row.media_type + ("; charset=utf-8" if row.media_type.startswith("text/") else ""),
        "content-length": str(row.size),
        "content-disposition": f'attachment; filename="{name}"',
        "accept-ranges": "none",
    }
    if request.method == "HEAD":
        return Response(None, 200, headers)
    return StreamingResponse(_pieces(path), 200, headers)


def _is_whole(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
