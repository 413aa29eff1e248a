"""An archive that is not what was written is refused by the name of the part, and nothing is changed for it."""

from __future__ import annotations

import hashlib
import io
import json
import random
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from eperf.adapters.archive import Writer
from eperf.domain.errors import BackupDamaged, BadInput
from eperf.services import backup
from eperf.services.backup import form
from eperf.services.backup.form import Files, Head, Manifest, Piece, Table, Tally, digest, piece_name, written
from tests.support.database import run

DATABASE = random.Random(1).randbytes(3000)
CONTENTS = sorted(
    (hashlib.sha256(data).hexdigest(), data)
    for data in (b"one", b"two" * 300, random.Random(2).randbytes(5000))
)
SECRET = b"s" * 32
HEAD = Head(
    form=1, eperf="0.1.0", dialect="sqlite", made_at="2026-11-24T03:00:00+00:00", migrations=("core.0001_organisation",),
    tables=(Table(name="eperf.db"),), sequences=(),
)  # fmt: skip
Part = tuple[str, bytes]


def files_told(contents: Sequence[tuple[str, bytes]]) -> Files:
    tally = Tally()
    for sha256, data in contents:
        tally.add(sha256, len(data))
    return tally.told()


def manifest_of(
    head: Head = HEAD, database: bytes = DATABASE, name: str = piece_name("eperf.db", 1)
) -> Manifest:
    piece = Piece(name=name, size=len(database), sha256=digest(database))
    return Manifest(
        head=digest(written(head)),
        pieces=(piece,),
        rows={},
        secret=digest(SECRET),
        files=files_told(CONTENTS),
    )


def parts_of(head: Head = HEAD, manifest: Manifest | None = None) -> list[Part]:
    told = written(manifest or manifest_of(head))
    return [
        (form.HEAD, written(head)),
        (piece_name("eperf.db", 1), DATABASE),
        (form.SECRET, SECRET),
        *((form.file_name(sha256), data) for sha256, data in CONTENTS),
        (form.MANIFEST, told),
        (form.SEAL, f"{form.seal_of(told)}\n".encode()),
    ]


def archive(parts: Sequence[Part]) -> bytes:
    file = io.BytesIO()
    made = Writer(file)
    for name, data in parts:
        made.add(name, data)
    made.end()
    return file.getvalue()


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., str]:
    """Says why an archive is refused, by a check and by a restore, which leaves the place as it was."""

    def why(data: bytes) -> str:
        path, place = tmp_path / "a.tar", tmp_path / "place"
        path.write_bytes(data)
        with pytest.raises(BackupDamaged) as refusal:
            backup.check(path)
        with pytest.raises(BackupDamaged):
            run(backup.restore(f"sqlite://{place}/eperf.db", place, path, {}))
        assert not place.exists()
        assert sorted(one.name for one in tmp_path.iterdir()) == ["a.tar"]
        return refusal.value.message("en")

    return why


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(archive(parts_of()))
    found = backup.check(path)
    assert found.head == HEAD
    assert found.manifest == manifest_of()
    assert found.bytes == path.stat().st_size


def test_anybody_can_open_it_with_ordinary_tools(tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive(parts_of()))) as opened:
        assert [one.name for one in opened] == [name for name, _ in parts_of()]
        assert opened.extractfile("server.secret").read() == SECRET  # type: ignore[union-attr]


def test_a_flipped_bit_anywhere_is_noticed(tmp_path: Path) -> None:
    whole, path = archive(parts_of()), tmp_path / "a.tar"
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        with pytest.raises(BackupDamaged):
            backup.check(path)


def test_a_cut_anywhere_is_noticed_and_so_is_something_behind_the_end(
    tmp_path: Path, refused: Callable[..., str]
) -> None:
    whole, path = archive(parts_of()), tmp_path / "a.tar"
    for at in (*range(0, len(whole), 131), len(whole) - 1):
        path.write_bytes(whole[:at])
        with pytest.raises(BackupDamaged):
            backup.check(path)
    for more in (b"\0", b"x", bytes(512), whole):
        assert "end" in refused(whole + more)


@pytest.mark.parametrize(
    ("part", "named"),
    [
        (form.HEAD, "head.json"),
        ("database/eperf.db/00000001", "database/eperf.db/00000001"),
        (form.SECRET, "server.secret"),
        (form.file_name(CONTENTS[1][0]), CONTENTS[1][0]),
        (form.MANIFEST, "manifest.json"),
        (form.SEAL, "manifest.json"),
    ],
)
def test_a_damaged_part_is_named(refused: Callable[..., str], part: str, named: str) -> None:
    parts = [
        (name, data[:-9] + bytes([data[-9] ^ 1]) + data[-8:] if name == part else data)
        for name, data in parts_of()
    ]
    assert named in refused(archive(parts))


@pytest.mark.parametrize("gone", [name for name, _ in parts_of()])
def test_a_part_that_is_missing_comes_twice_or_elsewhere_is_noticed(
    refused: Callable[..., str], gone: str
) -> None:
    parts = parts_of()
    refused(archive([part for part in parts if part[0] != gone]))
    refused(archive([one for part in parts for one in ([part, part] if part[0] == gone else [part])]))
    refused(archive(sorted(parts, key=lambda part: part[0] != gone) if gone != form.HEAD else parts[::-1]))


@pytest.mark.parametrize(
    "name",
    ["../escaped", "files/../../escaped", "/etc/escaped", "files/aa/bb/../../../escaped", "files/aa/bb/" + "c" * 64, "x",
     "database/other/00000001", "restoring", "files//aa", ".hidden", "files/aa/bb/.hidden", "a\\b", "con:"],
)  # fmt: skip
def test_a_part_of_any_other_name_is_refused(refused: Callable[..., str], tmp_path: Path, name: str) -> None:
    parts = parts_of()
    refused(archive([*parts[:3], (name, b"evil"), *parts[3:]]))
    refused(archive([*parts[:-2], (name, b"evil"), *parts[-2:]]))


def _special(**changes: object) -> bytes:
    told = tarfile.TarInfo(form.file_name(CONTENTS[0][0]))
    told.mode = 0o600
    for name, value in changes.items():
        setattr(told, name, value)
    return told.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize(
    "header",
    [
        _special(type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        _special(type=tarfile.LNKTYPE, linkname="../../outside"),
        _special(type=tarfile.DIRTYPE),
        _special(type=tarfile.CHRTYPE),
        _special(type=tarfile.FIFOTYPE),
        _special(type=tarfile.GNUTYPE_SPARSE, size=1 << 40),
        _special(type=tarfile.XHDTYPE, size=512) + bytes(512),
        _special(name="a" * 200),
        _special(size=1 << 40),
        _special(mode=0o4755),
        _special(uname="root"),
        _special(mtime=1),
    ],
)
def test_links_devices_sparse_files_and_all_else_that_tar_can_say_is_refused(
    refused: Callable[..., str], header: bytes
) -> None:
    whole = archive(parts_of())
    first = whole.index(form.file_name(CONTENTS[0][0]).encode())
    assert "header" in refused(whole[:first] + header + whole[first:])


def test_a_size_that_is_not_there_costs_no_memory(refused: Callable[..., str]) -> None:
    told = tarfile.TarInfo(form.HEAD)
    told.size, told.mode = (8 << 30) - 1, 0o600
    assert "more than" in refused(told.tobuf(tarfile.USTAR_FORMAT) + b"{")
    told.name = piece_name("eperf.db", 1)
    whole = archive(parts_of())
    first = whole.index(told.name.encode())
    assert "more than" in refused(whole[:first] + told.tobuf(tarfile.USTAR_FORMAT) + whole[first + 512 :])


def _sealed(head: Head) -> bytes:
    return archive(parts_of(head, manifest_of(head)))


@pytest.mark.parametrize(
    "changes",
    [
        {"tables": (Table(name="eperf.db"), Table(name="eperf.db"))},
        {"tables": (Table(name="other"),)},
        {"tables": ()},
        {"dialect": "postgres", "tables": (Table(name='x"; DROP TABLE event; --', columns=("id",)),)},
        {
            "dialect": "postgres",
            "tables": (Table(name="b", columns=("id",)), Table(name="a", columns=("id",))),
        },
    ],
)
def test_a_head_that_says_something_else_is_refused_though_it_was_sealed_anew(
    refused: Callable[..., str], changes: dict[str, object]
) -> None:
    assert "head.json" in refused(_sealed(HEAD.model_copy(update=changes)))


@pytest.mark.parametrize(
    "text",
    [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"form":' + b"9" * 5000 + b"}", b'{"form":NaN}'],
)
def test_a_head_that_is_no_head_is_refused(refused: Callable[..., str], text: bytes) -> None:
    assert "head.json" in refused(archive([(form.HEAD, text), *parts_of()[1:]]))


@pytest.mark.parametrize("form_", [0, 2, "1", True])
def test_a_head_of_another_form_is_refused(refused: Callable[..., str], form_: object) -> None:
    told = {**json.loads(written(HEAD)), "form": form_}
    text = json.dumps(told, separators=(",", ":"), sort_keys=True).encode() + b"\n"
    assert "head.json" in refused(archive([(form.HEAD, text), *parts_of()[1:]]))


def test_the_same_head_in_another_form_is_refused(refused: Callable[..., str]) -> None:
    text = json.dumps(json.loads(written(HEAD)), indent=1).encode()
    assert "another form" in refused(archive([(form.HEAD, text), *parts_of()[1:]]))


def test_a_database_that_is_none_is_never_put_into_its_place(tmp_path: Path) -> None:
    path, place = tmp_path / "a.tar", tmp_path / "place"
    path.write_bytes(archive(parts_of()))
    with pytest.raises(BackupDamaged, match=r"eperf\.db"):
        run(backup.restore(f"sqlite://{place}/eperf.db", place, path, {}))
    assert not (place / "eperf.db").exists()


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_what_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path if kind == "folder" else tmp_path / "missing.tar"
    with pytest.raises(BadInput, match="no such file"):
        backup.check(path)
