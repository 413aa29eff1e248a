"""A bundle: everything that a score was made from and what came out, in one file that can be replayed without us.

A ZIP archive, not compressed, in the one form that `pack` writes: `seal.txt` holds the hash of `manifest.json`, the
manifest the hash of every other part, and the parts are the frozen facts, the settings, the scores and their leaves.
A bundle comes from a stranger: it is bounded before it is read, every byte of it is accounted for, and what is not as
it must be is named. That it holds together shows that nobody has touched it by accident; that the replay gives the same
figures shows that the figures follow from the facts; that the facts are ours shows only their digest, as we hold it.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from eperf.domain.errors import BundleDamaged, BundleUnreadable

FORMAT = 1
SEAL, MANIFEST, SNAPSHOT, SETTINGS = "seal.txt", "manifest.json", "snapshot.zip", "settings.json"
SCORES, LEAVES = "scores.jsonl", "leaves.jsonl"
SEALED = (SNAPSHOT, SETTINGS, SCORES, LEAVES)
PARTS = (SEAL, MANIFEST, *SEALED)
MOST_BYTES = 64 * 1024 * 1024
_CONTAINER = "container"
_LOCAL_HEADER = 30
_MANIFEST = {
    "format": int, "unit_id": int, "unit_code": str, "period": str, "scheme": str, "scheme_version": str,
    "scheme_revision": str, "settings_digest": str, "input_digest": str, "closed": bool, "people": int, "parts": dict,
    "tables": dict,
}  # fmt: skip


@dataclass(frozen=True)
class Head:
    """Of what a bundle is. `scheme_version` is the plugin's version, `scheme_revision` the scheme's own.

    `scheme` is empty where no scheme could be used and every score is provisional. `closed`: the month is closed.
    """

    unit_id: int
    unit_code: str
    period: str
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
    snapshot: bytes
    settings: Any
    scores: bytes
    leaves: bytes
    broken: str | None = None


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


def pack(head: Head, snapshot: bytes, settings: object, scores: bytes, leaves: bytes) -> bytes:
    """The bundle's bytes; the same parts give the same bytes."""
    parts = {
        SNAPSHOT: snapshot,
        SETTINGS: f"{canonical(settings)}\n".encode(),
        SCORES: scores,
        LEAVES: leaves,
    }
    manifest = {
        "format": FORMAT, **vars(head), "parts": {name: _hash(part) for name, part in parts.items()},
        "tables": _members(snapshot),
    }  # fmt: skip
    text = f"{canonical(manifest)}\n".encode()
    return _archive({SEAL: f"{_hash(text)}\n".encode(), MANIFEST: text, **parts})


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
    if SNAPSHOT in wrong:
        raise BundleDamaged("snapshot", *_damaged_table(parts[SNAPSHOT], manifest["tables"]))
    if SETTINGS in wrong:
        raise BundleDamaged("settings", "they are not the ones that were sealed")
    if not wrong and _archive(parts) != data:
        raise BundleDamaged(_CONTAINER, "the archive around the parts is not the one that was written")
    head = Head(**{name: manifest[name] for name in Head.__annotations__})
    settings = parsed("settings", parts[SETTINGS])
    broken = wrong[0].partition(".")[0] if wrong else None
    return Bundle(head, parts[SNAPSHOT], settings, parts[SCORES], parts[LEAVES], broken)


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
    found = parsed("manifest", text)
    if not isinstance(found, dict) or found.keys() != _MANIFEST.keys():
        raise BundleUnreadable("manifest", f"its names are not {', '.join(_MANIFEST)}")
    for name, kind in _MANIFEST.items():
        if type(found[name]) is not kind:
            raise BundleUnreadable("manifest", f"{name} is no {kind.__name__}")
    if found["format"] != FORMAT:
        raise BundleUnreadable("manifest", f"format {found['format']}, not {FORMAT}")
    return found


def _damaged_table(snapshot: bytes, known: Mapping[str, Any]) -> tuple[str, object]:
    """What of a snapshot is damaged, and which table of it, as near as that can be told."""
    found = _members(snapshot)
    for member in sorted(known.keys() | found.keys()):
        if known.get(member) != found.get(member):
            return f"its table {member} is not the one that was sealed", member
    return "the archive around its tables is not the one that was written", None


def _members(snapshot: bytes) -> dict[str, str]:
    """The hash of each file in the snapshot; none for one that cannot be read."""
    found: dict[str, str] = {}
    try:
        with ZipFile(io.BytesIO(snapshot)) as archive:
            for info in archive.infolist():
                if info.compress_type == ZIP_STORED and info.file_size <= len(snapshot):
                    try:
                        found[info.filename] = _hash(archive.read(info))
                    except (BadZipFile, EOFError):
                        continue
    except Exception:  # see `_parts`
        return found
    return found
