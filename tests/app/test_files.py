"""Files over HTTP on a real database and a real server: taken in whole or not at all, read by whoever may."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import stat
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eperf.adapters.blobs import Blobs
from eperf.adapters.links import Links, server_secret
from eperf.adapters.sniff import KEPT, sniff
from eperf.app import auth, files
from eperf.app.house import House
from eperf.domain.access import SYSTEM, Role
from eperf.domain.activity import Report
from eperf.domain.errors import BadInput, Forbidden, NotFound
from eperf.schema.ids import global_id, parsed
from eperf.services import activity
from eperf.services.access.grant import NewGrant, grant_role
from eperf.services.access.token import NewToken, create_token
from eperf.services.call import Call
from eperf.services.file import Pace, link
from eperf.store.file import FileRow
from tests.support.house import house_of, serving
from tests.support.town import NOW, SINCE, TODAY, Town, build

MOST = 300_000
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63606060600000"
    "00050001a5f645400000000049454e44ae426082"
)
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 30 + b"\xff\xd9"
WEBP = b"RIFF" + (30).to_bytes(4, "little") + b"WEBPVP8 " + b"\x00" * 22
TEXT = "Laporan kegiatan: 12 berkas diperiksa ✓\r\n".encode()
CSV = b"nip,nama\n198001012005011001,Budi\n"


def office(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "<xml/>")
    return made.getvalue()


DOCX, XLSX = office("word/document.xml"), office("xl/workbook.xml")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GOOD = [
    (PNG, "image/png"), (PDF, "application/pdf"), (JPEG, "image/jpeg"), (WEBP, "image/webp"), (TEXT, "text/plain"),
    (CSV, "text/csv"), (DOCX, WORD), (XLSX, SHEET),
]  # fmt: skip


@dataclass
class Desk:
    """A town whose files are served."""

    town: Town
    house: House
    folder: Path
    tokens: dict[str, str]
    client: httpx.AsyncClient
    port: int

    async def put(self, content: Any, name: str = "Budi", **headers: str) -> httpx.Response:
        sent = {"authorization": f"Bearer {self.tokens[name]}"}
        sent |= {key.replace("_", "-"): value for key, value in headers.items()}
        return await self.client.put("/files", content=content, headers=sent)

    async def get(self, file: str, name: str = "Budi", method: str = "GET", **headers: str) -> httpx.Response:
        sent = {"authorization": f"Bearer {self.tokens[name]}", **headers}
        return await self.client.request(method, f"/files/{file}", headers=sent)

    async def uploaded(self, name: str = "Budi", content: bytes = PNG) -> str:
        return str((await self.put(content, name)).json()["id"])

    def left(self) -> list[Path]:
        """Every file in the folders of contents."""
        return [
            path
            for path in (*self.folder.glob("files/**/*"), *self.folder.glob("incoming/*"))
            if path.is_file()
        ]


@pytest.fixture
async def desk(database: str, tmp_path: Path) -> AsyncIterator[Desk]:
    town = await build()
    house = house_of(database, tmp_path / "data", town.registry, lambda: NOW, file_bytes=MOST)
    authenticator = auth.build(house)
    tokens = {}
    for name, account in town.accounts.items():
        tokens[name] = str((await create_token(house.call(), NewToken("test"), account)).token)
    routes = files.routes(house, authenticator, Pace(MOST, idle=0.5, total=2))
    async with (
        serving(routes) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield Desk(town, house, tmp_path / "data", tokens, client, port)


def error_of(answer: httpx.Response) -> dict[str, Any]:
    (error,) = answer.json()["errors"]
    assert set(error) == {"code", "message", "field"}
    return dict(error)


# taking in


@pytest.mark.parametrize(("content", "media_type"), GOOD, ids=[kind for _, kind in GOOD])
async def test_a_file_of_each_kept_type_is_stored_and_given_back(
    desk: Desk, content: bytes, media_type: str
) -> None:
    answer = await desk.put(content, content_type=media_type)
    assert answer.status_code == 200
    digest = hashlib.sha256(content).hexdigest()
    row = await FileRow.get(sha256=digest)
    assert answer.json() == {
        "id": global_id("File", row.id),
        "sha256": digest,
        "size": len(content),
        "mediaType": media_type,
    }
    assert (desk.folder / "files" / digest[:2] / digest[2:4] / digest).read_bytes() == content
    assert len(desk.left()) == 1
    back = await desk.get(answer.json()["id"])
    assert (back.status_code, back.content) == (200, content)
    assert back.headers["content-type"].partition(";")[0] == media_type
    assert back.headers["content-length"] == str(len(content))
    assert back.headers["content-disposition"].startswith(f'attachment; filename="{digest[:16]}.')
    assert back.headers["x-content-type-options"] == "nosniff"
    assert back.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert back.headers["cache-control"] == "no-store"


async def test_every_kept_type_is_tried() -> None:
    assert {media_type for _, media_type in GOOD} == set(KEPT)


async def test_the_same_bytes_again_are_the_same_file_and_of_another_person_another_on_the_same_bytes(
    desk: Desk,
) -> None:
    first, again, other = await desk.uploaded(), await desk.uploaded(), await desk.uploaded("Wati")
    assert first == again != other
    assert await FileRow.all().count() == 2
    assert len(desk.left()) == 1


async def test_many_uploads_of_the_same_bytes_at_once_are_one_file(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.put(PDF) for _ in range(12)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(desk.left()) == 1


@pytest.mark.parametrize(
    ("content", "said", "kept"),
    [
        (PNG, "", "image/png"),
        (PNG, "application/octet-stream", "image/png"),
        (JPEG, "image/jpg", "image/jpeg"),
        (PNG, "IMAGE/PNG; charset=x", "image/png"),
        (CSV, "", "text/plain"),
        (CSV, "text/plain", "text/plain"),
    ],
)
async def test_the_type_is_that_of_the_content(desk: Desk, content: bytes, said: str, kept: str) -> None:
    answer = await desk.put(content, **({"content_type": said} if said else {}))
    assert (answer.status_code, answer.json()["mediaType"]) == (200, kept)


@pytest.mark.parametrize(
    ("content", "said", "named"),
    [
        (PNG, "application/pdf", "application/pdf"),
        (PDF, "image/png", "image/png"),
        (PNG, "text/csv", "text/csv"),
        (DOCX, SHEET, SHEET),
        (CSV, "image/png", "image/png"),
        (PNG, "text/html", "text/html"),
        (PNG, "image/svg+xml", "image/svg+xml"),
        (PNG, "multipart/form-data; boundary=x", "multipart/form-data"),
        (b"\x7fELF" + bytes(40), "", "unknown"),
        (b"MZ" + bytes(40), "application/pdf", "application/pdf"),
        (bytes(100), "text/plain", "text/plain"),
        (b"caf\xe9 latin", "text/plain", "text/plain"),
        (b"\xff\xfeh\x00i\x00", "", "unknown"),
        (b"text with \x1b[31m escapes", "", "unknown"),
        (b"text with a NUL \x00 inside", "", "unknown"),
        (b"GIF89a" + bytes(40), "", "unknown"),
        (b"PK\x03\x04 and nothing else", "", "unknown"),
        (office("evil.exe"), "", "unknown"),
        (office("word/document.xml", "word/vbaProject.bin"), WORD, WORD),
        (b"RIFF\xff\xff\xff\x7fWEBPVP8 " + bytes(30), "image/webp", "image/webp"),
        (b"\x89PNG\r\n\x1a\n", "image/png", "image/png"),
        (b"%PDF-", "application/pdf", "application/pdf"),
    ],
)
async def test_what_is_of_no_kept_type_or_not_what_it_is_said_to_be_is_refused_by_name_and_leaves_nothing(
    desk: Desk, content: bytes, said: str, named: str
) -> None:
    answer = await desk.put(content, **({"content_type": said} if said else {}))
    if answer.status_code == 200:  # five letters of text are text, whatever they spell
        assert (content, answer.json()["mediaType"]) == (b"%PDF-", "text/plain")
        return
    assert answer.status_code == 415
    error = error_of(answer)
    assert (error["code"], error["field"]) == ("MEDIA_TYPE_REFUSED", "content-type")
    assert named in error["message"]
    assert desk.left() == []
    assert await FileRow.all().count() == 0


async def test_a_file_of_exactly_the_limit_is_kept_and_one_byte_more_is_not(desk: Desk) -> None:
    assert (await desk.put(b"a" * MOST)).status_code == 200
    kept = desk.left()

    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(MOST // 1000):
            yield b"b" * 1000
        yield b"b"

    for content in (b"c" * (MOST + 1), unannounced()):
        answer = await desk.put(content)
        assert (answer.status_code, error_of(answer)["code"]) == (413, "LIMIT_EXCEEDED")
        assert str(MOST) in error_of(answer)["message"]
        assert desk.left() == kept


async def test_an_empty_file_is_refused(desk: Desk) -> None:
    answer = await desk.put(b"")
    assert (answer.status_code, error_of(answer)["field"]) == (400, "body")
    assert desk.left() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"content_encoding": "gzip"},
        {"content_encoding": "identity, br"},
        {"content_type": "x" * 8000},
        {"content_type": "\x01"},
        {"content_type": "image/png\t"},
        {"content_type": "image / png"},
        {"content_type": ";;;"},
    ],
    ids=str,
)
async def test_hostile_headers_of_an_upload_get_a_typed_answer(desk: Desk, headers: dict[str, str]) -> None:
    try:
        answer = await desk.put(PNG, **headers)
    except httpx.LocalProtocolError:
        return
    assert answer.status_code in {200, 400, 415}
    if answer.status_code != 200:
        error_of(answer) if answer.headers["content-type"] == "application/json" else None
        assert desk.left() == []


async def raw(desk: Desk, *pieces: bytes, pause: float = 0, length: int = 1000, leave: bool = False) -> bytes:
    """An upload by hand; gives what the server answered before it or we hung up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
    head = f"PUT /files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {desk.tokens['Budi']}\r\nContent-Length: {length}\r\n"
    writer.write(head.encode() + b"\r\n")
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(pause)
    if leave:
        writer.transport.abort()
        return b""
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer


async def gone(desk: Desk) -> None:
    async with asyncio.timeout(5):
        while desk.left():
            await asyncio.sleep(0.02)


async def test_a_sender_who_leaves_half_way_leaves_nothing(desk: Desk) -> None:
    await raw(desk, PNG, leave=True)
    await raw(desk, b"x" * 200_000, pause=0.1, length=250_000, leave=True)
    await gone(desk)
    assert await FileRow.all().count() == 0


async def test_a_sender_who_stalls_is_timed_out_and_leaves_nothing(desk: Desk) -> None:
    answer = await raw(desk, PNG)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"code":"TIMEOUT"' in answer
    assert b"connection: close" in answer.lower()
    assert desk.left() == []


async def test_a_sender_who_drips_is_timed_out_too(desk: Desk) -> None:
    answer = await raw(desk, *[b"x"] * 9, pause=0.2)
    assert answer.startswith(b"HTTP/1.1 408")
    assert desk.left() == []


async def test_an_upload_needs_a_credential_of_an_employee(desk: Desk) -> None:
    anonymous = await desk.client.put("/files", content=PNG)
    assert (anonymous.status_code, error_of(anonymous)["code"]) == (401, "UNAUTHENTICATED")
    narrow = await create_token(
        desk.house.call(), NewToken("n", frozenset({Role.SUPERVISOR})), desk.town.accounts["Sri"]
    )
    desk.tokens["narrow"] = str(narrow.token)
    refused = await desk.put(PNG, "narrow")
    assert (refused.status_code, error_of(refused)["code"]) == (403, "FORBIDDEN")
    assert desk.left() == []


async def test_the_installation_itself_brings_no_files(desk: Desk) -> None:
    from eperf.services.file import upload

    async def nothing() -> AsyncIterator[bytes]:
        yield PNG

    with pytest.raises(Forbidden):
        await upload(Call(SYSTEM, NOW), Blobs(desk.folder), nothing(), "", Pace(MOST))


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc").exists(), reason="needs folders that refuse")
async def test_a_disk_that_refuses_is_unavailable_and_leaves_nothing(desk: Desk) -> None:
    (desk.folder / "incoming").rename(desk.folder / "away")
    (desk.folder / "incoming").write_text("in the way")
    try:
        answer = await desk.put(PNG)
    finally:
        (desk.folder / "incoming").unlink()
        (desk.folder / "away").rename(desk.folder / "incoming")
    assert (answer.status_code, error_of(answer)["code"]) == (503, "UNAVAILABLE")
    (desk.folder / "files" / hashlib.sha256(PNG).hexdigest()[:2]).write_text("in the way")
    answer = await desk.put(PNG)
    assert (answer.status_code, error_of(answer)["code"]) == (503, "UNAVAILABLE")
    assert list((desk.folder / "incoming").iterdir()) == []
    assert await FileRow.all().count() == 0


# reading


async def cited(desk: Desk, file: str) -> None:
    """Budi reports an activity with the file as evidence."""
    town = desk.town
    evidence = (parsed(file)[1],)
    await activity.submit(town.call("Budi"), Report(town.item, TODAY, 60, 100, "Laporan", evidence=evidence))


async def test_an_upload_is_its_senders_alone_until_an_activity_cites_it(desk: Desk) -> None:
    file = await desk.uploaded()
    assert (await desk.get(file)).status_code == 200
    for name in ("Sri", "Wati", "Joko", "Eka"):
        answer = await desk.get(file, name)
        assert (answer.status_code, error_of(answer)["code"]) == (404, "NOT_FOUND")
    await cited(desk, file)
    seen = {name: (await desk.get(file, name)).status_code for name in desk.tokens}
    assert seen == {"Sri": 200, "Budi": 200, "Wati": 404, "Joko": 200, "Eka": 404}  # Joko acts for Sri


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [
        (Role.UNIT_LEADER, "city", 200),
        (Role.UNIT_LEADER, "office", 200),
        (Role.UNIT_LEADER, "archive", 404),
        (Role.AUDITOR, "city", 200),
        (Role.PERSONNEL_ADMIN, "city", 404),
        (Role.PLUGIN_ADMIN, "city", 404),
        (Role.INTEGRATOR, "city", 404),
        (Role.SIGNER, "city", 404),
    ],
)
async def test_evidence_is_read_by_whom_the_table_lets(
    desk: Desk, role: Role, unit: str, status: int
) -> None:
    file = await desk.uploaded()
    await cited(desk, file)
    await grant_role(
        desk.house.call(), desk.town.accounts["Eka"], NewGrant(role, desk.town.units[unit], SINCE)
    )
    assert (await desk.get(file, "Eka")).status_code == status


async def test_a_token_that_carries_no_role_for_it_does_not_read_even_its_own_upload(desk: Desk) -> None:
    file = await desk.uploaded("Sri")
    narrow = await create_token(
        desk.house.call(), NewToken("n", frozenset({Role.SUPERVISOR})), desk.town.accounts["Sri"]
    )
    desk.tokens["narrow"] = str(narrow.token)
    assert (await desk.get(file, "narrow")).status_code == 404
    assert (await desk.get(file, "Sri")).status_code == 200


async def test_reading_needs_a_credential(desk: Desk) -> None:
    file = await desk.uploaded()
    for headers in ({}, {"authorization": "Bearer x"}, {"authorization": "Basic x"}, {"cookie": "token=x"}):
        answer = await desk.client.get(f"/files/{file}", headers=headers)
        assert (answer.status_code, error_of(answer)["code"]) == (401, "UNAUTHENTICATED")


UNKNOWN = [
    "x", "0", "1", "-1", global_id("File", 10**15), global_id("Activity", 1), global_id("File", 1) + "=", "Rmls",
    "..%2f..%2fserver.secret", "%00", "%ff", "A" * 5000, global_id("File", 1).lower(), "RmlsZTow", "RmlsZTotMQ", "RmlsZTorMQ",
]  # fmt: skip


@pytest.mark.parametrize("file", UNKNOWN)
async def test_an_unknown_or_forged_id_is_not_found(desk: Desk, file: str) -> None:
    await desk.uploaded()
    answer = await desk.get(file)
    assert answer.status_code == 404
    if "%2f" not in file:
        assert error_of(answer)["code"] == "NOT_FOUND"


async def test_a_head_says_the_same_without_the_content(desk: Desk) -> None:
    file = await desk.uploaded()
    full, head = await desk.get(file), await desk.get(file, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    same = ("content-type", "content-length", "content-disposition", "x-content-type-options")
    assert [head.headers[name] for name in same] == [full.headers[name] for name in same]


async def test_ranges_are_not_served(desk: Desk) -> None:
    file = await desk.uploaded()
    answer = await desk.get(file, range="bytes=0-3")
    assert (answer.status_code, answer.content, answer.headers["accept-ranges"]) == (200, PNG, "none")


async def test_other_methods_are_405(desk: Desk) -> None:
    file = await desk.uploaded()
    for method, path, allowed in (
        ("POST", "/files", "PUT"),
        ("GET", "/files", "PUT"),
        ("DELETE", f"/files/{file}", "GET, HEAD"),
    ):
        answer = await desk.client.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


async def test_a_content_that_is_lost_or_cut_is_unavailable_and_comes_back_with_an_upload(desk: Desk) -> None:
    file = await desk.uploaded()
    (kept,) = desk.left()
    kept.write_bytes(PNG[:10])
    answer = await desk.get(file)
    assert (answer.status_code, error_of(answer)["code"]) == (503, "UNAVAILABLE")
    kept.unlink()
    assert (await desk.get(file)).status_code == 503
    assert await desk.uploaded() == file
    assert (await desk.get(file)).content == PNG


# signed links


def links_of(desk: Desk) -> Links:
    return Links(server_secret(desk.folder))


async def test_a_signed_link_reads_one_file_without_a_credential(desk: Desk) -> None:
    file = await desk.uploaded()
    other = await desk.uploaded(content=PDF)
    made = await link(desk.town.call("Budi"), links_of(desk), parsed(file)[1])
    query = {"expires": str(made.expires), "signature": made.signature}
    assert (await desk.client.get(f"/files/{file}", params=query)).content == PNG
    assert (await desk.client.get(f"/files/{other}", params=query)).status_code == 404


async def test_only_who_may_read_a_file_gets_a_link_to_it(desk: Desk) -> None:
    file = parsed(await desk.uploaded())[1]
    with pytest.raises(NotFound):
        await link(desk.town.call("Eka"), links_of(desk), file)


@pytest.mark.parametrize(
    "forge",
    [
        lambda e, s: {"expires": e, "signature": s[:-1] + ("A" if s[-1] != "A" else "B")},
        lambda e, s: {"expires": str(int(e) + 1), "signature": s},
        lambda e, s: {"expires": "0" + e, "signature": s},
        lambda e, s: {"expires": " " + e, "signature": s},
        lambda e, s: {"expires": e + ".0", "signature": s},
        lambda e, s: {"expires": "٣" * 10, "signature": s},
        lambda e, s: {"expires": "9" * 5000, "signature": s},
        lambda e, s: {"expires": e, "signature": s + "="},
        lambda e, s: {"expires": e, "signature": ""},
        lambda e, s: {"expires": e, "signature": "é" * 43},
        lambda e, s: {"expires": e},
        lambda e, s: {"signature": s},
        lambda e, s: {"expires": "", "signature": ""},
        lambda e, s: {"expires": "-1", "signature": s},
    ],
)
async def test_a_changed_link_is_not_found_even_with_a_credential(
    desk: Desk, forge: Callable[[str, str], dict[str, str]]
) -> None:
    file = await desk.uploaded()
    made = await link(desk.town.call("Budi"), links_of(desk), parsed(file)[1])
    query = forge(str(made.expires), made.signature)
    headers = {"authorization": f"Bearer {desk.tokens['Budi']}"}
    answer = await desk.client.get(f"/files/{file}", params=query, headers=headers)
    assert (answer.status_code, error_of(answer)["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    "query", ["expires=1&expires=2", "expires=%ff", "expires=%00", "&".join(f"a{n}=1" for n in range(40))]
)
async def test_a_query_that_cannot_be_read_is_a_typed_refusal(desk: Desk, query: str) -> None:
    file = await desk.uploaded()
    answer = await desk.client.get(f"/files/{file}?{query}")
    assert (answer.status_code, error_of(answer)["code"]) == (400, "BAD_REQUEST")


def test_a_link_holds_for_its_minutes_for_its_file_and_its_installation() -> None:
    links = Links(b"s" * 32, timedelta(minutes=5))
    expires, signature = links.sign(7, NOW)
    given = (str(expires), signature)
    assert links.holds(7, *given, NOW)
    assert links.holds(7, *given, NOW + timedelta(minutes=4, seconds=59))
    assert not links.holds(7, *given, NOW + timedelta(minutes=5))
    assert not links.holds(8, *given, NOW)
    assert not Links(b"t" * 32).holds(7, *given, NOW)
    assert not Links(b"s" * 32, timedelta(minutes=1)).holds(7, *given, NOW)  # longer than is accepted now


@given(st.integers(1, 2**63 - 1), st.integers(0, 10**10), st.text(max_size=50))
def test_nothing_but_a_signature_holds(file: int, expires: int, signature: str) -> None:
    assert not Links(b"s" * 32).holds(file, str(expires), signature, NOW)


# the folder


def test_the_secret_is_made_once_for_all_who_start_at_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: server_secret(tmp_path / "data"), range(32)))
    assert len(secrets) == 1
    (kept,) = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept.read_bytes() in secrets


@pytest.mark.parametrize(
    ("content", "mode"), [(b"", 0o600), (b"x" * 31, 0o600), (b"x" * 32, 0o640), (b"x" * 32, 0o604)]
)
def test_a_secret_that_is_cut_or_open_to_others_stops_the_start(
    tmp_path: Path, content: bytes, mode: int
) -> None:
    place = tmp_path / "server.secret"
    place.write_bytes(content)
    place.chmod(mode)
    with pytest.raises(BadInput) as refused:
        server_secret(tmp_path)
    assert refused.value.field == "data_dir"


def test_what_a_killed_process_had_begun_is_removed_a_day_later(tmp_path: Path) -> None:
    Blobs(tmp_path)
    old, new = tmp_path / "incoming" / "old", tmp_path / "incoming" / "new"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    Blobs(tmp_path)
    assert list((tmp_path / "incoming").iterdir()) == [new]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from([content for content, _ in GOOD]),
    st.binary(max_size=60),
    st.integers(0, 400),
    st.integers(0, 400),
)
def test_whatever_a_content_is_its_type_is_on_the_list_or_it_has_none(
    tmp_path: Path, content: bytes, other: bytes, cut: int, place: int
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content[:place] + other + content[place + cut :])
    assert sniff(path) in (*KEPT, None)
    path.write_bytes(content[:cut])
    assert sniff(path) in (*KEPT, None)
