"""A bundle: everything that a score was made from and what came out, in one file that can be replayed without us.

A ZIP archive, not compressed, in the one form that `pack` writes: `seal.txt` holds the hash of `manifest.json`, the
manifest the hash of every other part, and the parts are the settings, the scores, their leaves, and the facts, a text a
table. A bundle comes from a stranger: it is bounded before it is read, every byte of it is accounted for, and what is
not as it must be is named. That it holds together shows that nobody has touched it by accident; that the replay gives
the same figures shows that the figures follow from the facts; that the facts are ours shows only their digest, as we
hold it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from eperf.domain.errors import BundleDamaged, BundleUnreadable, TooMany
from eperf.domain.scoring.facts import TABLES

FORMAT = 1
SEAL, MANIFEST, SETTINGS, SCORES, LEAVES = (
    "seal.txt", "manifest.json", "settings.json", "scores.jsonl", "leaves.jsonl",
)  # fmt: skip
FACTS = {table: f"{table}.tsv" for table in TABLES}
"""The part that holds each table of facts."""
SEALED = (SETTINGS, SCORES, LEAVES, *FACTS.values())
PARTS = (SEAL, MANIFEST, *SEALED)
MOST_BYTES = 128 * 1024 * 1024
_CONTAINER = "container"
_LOCAL_HEADER = 30


@dataclass(frozen=True)
class Head:
    """Of what a bundle is. `scheme_version` is the plugin's version, `scheme_revision` the scheme's own.

    `scheme` is empty where no scheme could be used and every score is provisional. `closed`: the month is closed.
    `frame_version`: the shape of the facts.
    """

    frame_version: int
    unit_id: int
    unit_code: str
    period: str
    working_days: int
    scheme: str
    scheme_version: str
    scheme_revision: str
    settings_digest: str
    input_digest: str
    closed: bool
    people: int


@dataclass(frozen=True)
class Bundle:
    """A bundle whose parts are what its manifest says, but for its scores or leaves if `broken` names them."""

    head: Head
    facts: Mapping[str, bytes]
    """The text of each table."""
    settings: Any
    scores: bytes
    leaves: bytes
    broken: str | None = None


_KINDS = {"int": int, "str": str, "bool": bool}
_MANIFEST = {
    "format": int, "parts": dict, **{field.name: _KINDS[str(field.type)] for field in dataclasses.fields(Head)},
}  # fmt: skip


def canonical(value: object) -> str:
    """A JSON value as the one text that stands for it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def lines(values: Iterable[object]) -> bytes:
    """JSON values, one a line."""
    return "".join(f"{canonical(value)}\n" for value in values).encode()


def score_line(
    employee_id: int, score_h: int | None, state: str, cause: str | None, digest: str
) -> dict[str, object]:
    """A line of the scores: whose, hundredths (null while provisional), state, cause, fingerprint of the facts."""
    return {
        "employee_id": employee_id, "score_h": score_h, "state": state, "cause": cause, "input_digest": digest,
    }  # fmt: skip


def leaf_lines(employee_id: int, breakdown: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, object]]:
    """The lines of a person's leaves, numbered from 0."""
    return ({"employee_id": employee_id, "leaf": number, **leaf} for number, leaf in enumerate(breakdown))


def pack(head: Head, facts: Mapping[str, bytes], settings: object, scores: bytes, leaves: bytes) -> bytes:
    """The bundle's bytes; the same parts give the same bytes. Refuses what nobody would read."""
    parts = {SETTINGS: f"{canonical(settings)}\n".encode(), SCORES: scores, LEAVES: leaves}
    parts |= {FACTS[table]: text for table, text in facts.items()}
    told = {"format": FORMAT, **vars(head), "parts": {name: _hash(part) for name, part in parts.items()}}
    text = f"{canonical(told)}\n".encode()
    made = _archive({SEAL: f"{_hash(text)}\n".encode(), MANIFEST: text, **parts})
    if len(made) > MOST_BYTES:
        raise TooMany("bundle bytes", MOST_BYTES, len(made))
    return made


def unpack(data: bytes) -> Bundle:
    """The bundle of some bytes. `BUNDLE_UNREADABLE` or `BUNDLE_DAMAGED` names the part that is not as it must be.

    Broken scores or leaves are given all the same: the facts tell which of their lines it is.
    """
    if len(data) > MOST_BYTES:
        raise BundleUnreadable("bundle", f"{len(data)} bytes, more than {MOST_BYTES}")
    parts = _parts(data)
    if parts[SEAL] != f"{_hash(parts[MANIFEST])}\n".encode():
        raise BundleDamaged("manifest", "it is not the one that was sealed")
    manifest = _manifest(parts[MANIFEST])
    wrong = [name for name in SEALED if manifest["parts"].get(name) != _hash(parts[name])]
    for table, name in FACTS.items():
        if name in wrong:
            raise BundleDamaged("snapshot", f"its table {table} is not the one that was sealed", table)
    if SETTINGS in wrong:
        raise BundleDamaged("settings", "they are not the ones that were sealed")
    if not wrong and _archive(parts) != data:
        raise BundleDamaged(_CONTAINER, "the archive around the parts is not the one that was written")
    head = Head(**{field.name: manifest[field.name] for field in dataclasses.fields(Head)})
    facts = {table: parts[name] for table, name in FACTS.items()}
    settings = _as_written("settings", parts[SETTINGS])
    broken = wrong[0].partition(".")[0] if wrong else None
    return Bundle(head, facts, settings, parts[SCORES], parts[LEAVES], broken)


def parsed(part: str, text: bytes) -> Any:
    """JSON of a part; `BUNDLE_UNREADABLE` by the part's name for anything else."""
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_refuse)
    except (ValueError, RecursionError) as broken:
        raise BundleUnreadable(part, f"not JSON as we write it: {broken}") from broken


def _refuse(text: str) -> Any:
    raise ValueError(f"the number {text[:20]}")


def _hash(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _archive(parts: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with ZipFile(written, "w", ZIP_STORED) as archive:
        for name in PARTS:
            info = ZipInfo(name)
            info.create_system = 3
            archive.writestr(info, parts[name])
    return written.getvalue()


def _parts(data: bytes) -> dict[str, bytes]:
    """The parts as they lie in the archive, which is read without unpacking anything."""
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            found = archive.infolist()
    except Exception as broken:  # what a broken archive makes the library raise is not a list that ends
        raise BundleUnreadable(_CONTAINER, f"not an archive as we write it: {broken}") from broken
    if tuple(info.filename for info in found) != PARTS:
        raise BundleUnreadable(_CONTAINER, f"the parts are not {', '.join(PARTS)}")
    parts = {}
    for info in found:
        if info.compress_type != ZIP_STORED or info.compress_size != info.file_size:
            raise BundleUnreadable(info.filename, "it is compressed")
        first = info.header_offset + _LOCAL_HEADER + len(info.filename)
        if not 0 <= first <= first + info.file_size <= len(data):
            raise BundleUnreadable(_CONTAINER, f"{info.filename} does not lie in it")
        parts[info.filename] = data[first : first + info.file_size]
    return parts


def _manifest(text: bytes) -> dict[str, Any]:
    found = _as_written("manifest", text)
    if not isinstance(found, dict) or found.keys() != _MANIFEST.keys():
        raise BundleUnreadable("manifest", f"its names are not {', '.join(_MANIFEST)}")
    for name, kind in _MANIFEST.items():
        if type(found[name]) is not kind:
            raise BundleUnreadable("manifest", f"{name} is no {kind.__name__}")
    if found["format"] != FORMAT:
        raise BundleUnreadable("manifest", f"format {found['format']}, not {FORMAT}")
    if found["parts"].keys() != set(SEALED):
        raise BundleUnreadable("manifest", "its parts are not those of the archive")
    return found


def _as_written(part: str, text: bytes) -> Any:
    """JSON of a part, in the one form in which it says nothing that is not seen."""
    found = parsed(part, text)
    try:
        same = f"{canonical(found)}\n".encode() == text
    except (ValueError, RecursionError):  # half a character has no bytes
        same = False
    if not same:
        raise BundleUnreadable(part, "not JSON as we write it: another form of the same")
    return found
