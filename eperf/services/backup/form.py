"""What an archive says of itself, and how its parts are called."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from eperf.domain.errors import BackupDamaged

FORM = 1
PIECE = 8 << 20
"""Bytes of each piece of a table but its last."""
MOST_TOLD = 64 << 20
"""Bytes of a head or a manifest: one line for each piece of the database."""
MOST_SECRET = 4096
HEAD, SECRET, MANIFEST, SEAL = "head.json", "server.secret", "manifest.json", "seal.txt"
_T = TypeVar("_T", bound="_Told")


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Table(_Told):
    """A table with its columns; of SQLite, whose file is copied as it is, the file without columns."""

    name: str
    columns: tuple[str, ...] = ()


class Sequence(_Told):
    """The last number that was given out for a column, or none."""

    table: str
    column: str
    last: int | None


class Head(_Told):
    """Of what an archive is: made when (UTC), by which version of eperf, of which database with which migrations."""

    form: Literal[1]
    eperf: str
    dialect: Literal["sqlite", "postgres"]
    made_at: str
    migrations: tuple[str, ...]
    tables: tuple[Table, ...]
    sequences: tuple[Sequence, ...]


class Piece(_Told):
    """One piece of a table."""

    name: str
    size: int
    sha256: str


class Files(_Told):
    """All contents together: how many, how large, and the digest of their names and sizes in order."""

    count: int
    bytes: int
    sha256: str


class Manifest(_Told):
    """The digest of every piece, and the rows of each table (of SQLite none)."""

    head: str
    pieces: tuple[Piece, ...]
    rows: dict[str, int]
    secret: str | None
    files: Files


@dataclass(frozen=True)
class Contents:
    """An archive that was read to its end, with every digest right. `seal` names it among all.

    `left_out` are tables that lay in the database beside eperf's, and were not restored.
    """

    head: Head
    manifest: Manifest
    seal: str
    bytes: int
    left_out: tuple[str, ...] = ()


class Tally:
    """The digest of the contents' names and sizes."""

    def __init__(self) -> None:
        self._sum, self.count, self.bytes = hashlib.sha256(), 0, 0

    def add(self, sha256: str, size: int) -> None:
        """One more."""
        self._sum.update(f"{sha256} {size}\n".encode())
        self.count += 1
        self.bytes += size

    def told(self) -> Files:
        """As it stands in the manifest."""
        return Files(count=self.count, bytes=self.bytes, sha256=self._sum.hexdigest())


def piece_name(table: str, number: int) -> str:
    """The name of a table's piece, numbered from 1."""
    return f"database/{table}/{number:08d}"


def file_name(sha256: str) -> str:
    """The name of a content."""
    return f"files/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def digest(data: bytes) -> str:
    """The digest of a piece."""
    return hashlib.sha256(data).hexdigest()


def written(told: _Told) -> bytes:
    """The one text that stands for a head or a manifest."""
    return _canonical(told.model_dump(mode="json"))


def read(part: str, kind: type[_T], text: bytes) -> _T:
    """The head or manifest of a text; anything that is not in the one form is refused by the part's name."""
    try:
        found = kind.model_validate_json(text)
        same = written(found) == text
    except (ValidationError, ValueError) as wrong:
        first = wrong.errors()[0] if isinstance(wrong, ValidationError) else {"loc": (), "msg": str(wrong)}
        where = ".".join(map(str, first["loc"]))
        raise BackupDamaged(part, f"{where}: {first['msg']}"[:200]) from wrong
    if not same:
        raise BackupDamaged(part, "another form of the same")
    return found


def seal_of(manifest: bytes) -> str:
    """The seal of a manifest."""
    return f"sha256:{digest(manifest)}"


def _canonical(value: Mapping[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS) + b"\n"
