"""A unit's month as a file: what a closed month was scored from, to be scored again without a database.

A ZIP archive, not compressed as a whole: `head.json` and a Parquet file for each table, so that anybody can read it
with ordinary tools. Whoever froze a month keeps its seal apart from the file. With the seal the facts are those that
were checked when they were frozen, and are not checked again; without it every rule of `tables.py` is checked anew.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
from typing import Any, NamedTuple
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import polars as pl

from eperf.domain.errors import BadInput, ScoringFrameInvalid
from eperf.domain.period import YearMonth
from eperf.domain.scoring import tables
from eperf.domain.scoring.frame import UnitPeriod

_HEAD = "head.json"
_TABLE = ".parquet"


class Frozen(NamedTuple):
    """The file, and its seal: `sha256:…` of the file's bytes."""

    data: bytes
    seal: str


def freeze(month: UnitPeriod) -> Frozen:
    """The month as a file; the same month gives the same file with the same version of the Parquet library."""
    head: dict[str, Any] = {"frame_version": tables.FRAME_VERSION}
    written = io.BytesIO()
    with ZipFile(written, "w", ZIP_STORED) as archive:
        for field in dataclasses.fields(month):
            value = getattr(month, field.name)
            if isinstance(value, pl.DataFrame):
                archive.writestr(ZipInfo(field.name + _TABLE), _parquet(value))
            else:
                head[field.name] = str(value) if isinstance(value, YearMonth) else value
        archive.writestr(ZipInfo(_HEAD), json.dumps(head, sort_keys=True))
    data = written.getvalue()
    return Frozen(data, seal_of(data))


def seal_of(data: bytes) -> str:
    """`sha256:…` of a file."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def thaw(data: bytes, seal: str | None = None) -> UnitPeriod:
    """The month of a file. `seal` is what `freeze` gave, from wherever it was kept beside the file.

    Raises `ScoringFrameInvalid`: `snapshot` when the file is not the one that was sealed or is no snapshot at all,
    `snapshot.MEMBER` when that part cannot be read, `table.column` when a fact does not fit (only without a seal).
    """
    if seal is not None and seal_of(data) != seal:
        raise ScoringFrameInvalid("snapshot", seal, "the file is not the one that was frozen")
    fields = _fields(data)
    wanted = {field.name for field in dataclasses.fields(UnitPeriod)}
    if set(fields) != wanted:
        raise ScoringFrameInvalid("snapshot", ", ".join(sorted(set(fields) ^ wanted)), "missing or unknown")
    return UnitPeriod(**fields) if seal is None else UnitPeriod.of_checked(**fields)


def _parquet(rows: pl.DataFrame) -> bytes:
    written = io.BytesIO()
    rows.write_parquet(written, compression="lz4", statistics=False)
    return written.getvalue()


def _fields(data: bytes) -> dict[str, Any]:
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            fields = _head(_member(archive, _HEAD))
            for member in archive.namelist():
                if member.endswith(_TABLE):
                    fields[member.removesuffix(_TABLE)] = _table(member, _member(archive, member))
    except (BadZipFile, EOFError, NotImplementedError, OSError, ValueError) as broken:
        raise ScoringFrameInvalid("snapshot", None, f"not a snapshot: {broken}") from broken
    return fields


def _member(archive: ZipFile, name: str) -> bytes:
    try:
        info = archive.getinfo(name)
        if info.compress_type != ZIP_STORED:
            raise ScoringFrameInvalid(f"snapshot.{name}", info.compress_type, "compressed")
        return archive.read(info)
    except (KeyError, BadZipFile) as broken:
        raise ScoringFrameInvalid(f"snapshot.{name}", None, str(broken)) from broken


def _head(text: bytes) -> dict[str, Any]:
    try:
        head = json.loads(text)
        version = head.pop("frame_version")
        head["period"] = YearMonth.parse(head["period"])
    except (AttributeError, BadInput, KeyError, TypeError, ValueError) as broken:
        raise ScoringFrameInvalid(f"snapshot.{_HEAD}", None, f"cannot be read: {broken}") from broken
    if version != tables.FRAME_VERSION:
        raise ScoringFrameInvalid(f"snapshot.{_HEAD}", version, f"not version {tables.FRAME_VERSION}")
    return dict(head)


def _table(member: str, text: bytes) -> pl.DataFrame:
    try:
        return pl.read_parquet(text)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as broken:
        raise ScoringFrameInvalid(f"snapshot.{member}", None, f"cannot be read: {broken}") from broken
