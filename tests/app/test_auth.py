"""Who calls, and the two paths that open and end a session: over HTTP, on a real database."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from eperf.adapters.passwords import Passwords
from eperf.adapters.tokens import digest_of
from eperf.app import auth
from eperf.app.auth import Authenticator, Provider
from eperf.app.house import House
from eperf.domain.access import IMPLIED, SYSTEM, Role, Viewer
from eperf.domain.errors import BadInput, Refused, Unauthenticated, Unavailable
from eperf.services.access.account import link_subject, set_active, set_password
from eperf.services.access.grant import NewGrant, grant_role
from eperf.services.access.login import LoginRules
from eperf.services.access.token import NewToken, create_token, revoke_token
from eperf.services.call import Call
from eperf.store import database as store
from eperf.store.access import AccountRow, LoginAttemptRow, TokenRow
from eperf.store.people import ActingRow, EmployeeRow
from tests.support.house import house_of
from tests.support.issuer import ISSUER, Issuer, by_hand
from tests.support.town import Town, build

PASSWORD = "kuda laut berenang"
LOGIN = {"login": "budi", "password": PASSWORD}
JSON = {"content-type": "application/json"}


class Clock:
    """The real time, moved."""

    def __init__(self) -> None:
        self.moved = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.moved


@dataclass
class Desk:
    """A town with its door."""

    town: Town
    house: House
    clock: Clock
    authenticator: Authenticator
    client: httpx.AsyncClient
    passwords: Passwords
    rechecked: list[int]

    def system(self) -> Call:
        return Call(SYSTEM, self.clock())

    async def token(self, name: str = "Budi", **new: Any) -> tuple[int, str]:
        made = await create_token(self.system(), replace(NewToken("test"), **new), self.town.accounts[name])
        assert made.token is not None
        return made.id, made.token

    async def viewer(self, name: str = "Budi") -> Viewer:
        return await self.authenticator.authenticate((await self.token(name))[1])


@asynccontextmanager
async def opened(url: str, folder: Path, **changes: Any) -> AsyncIterator[Desk]:
    town, clock, rechecked = await build(), Clock(), list[int]()
    house = house_of(url, folder, town.registry, clock, **changes)
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), threads=1)
    authenticator = auth.build(house)
    routes = auth.routes(
        house,
        authenticator,
        lambda: rechecked.append(1),
        passwords=passwords,
        rules=LoginRules(per_peer=1000),
    )
    await set_password(Call(SYSTEM, clock()), passwords, town.accounts["Budi"], PASSWORD)
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://eperf") as client:
        yield Desk(town, house, clock, authenticator, client, passwords, rechecked)


@pytest.fixture
async def desk(database: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(database, tmp_path) as made:
        yield made


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def error_of(answer: httpx.Response) -> dict[str, Any]:
    """The one error of an answer that refuses, after checking its shape."""
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    (error,) = answer.json()["errors"]
    assert set(error) == {"code", "message", "field"}
    assert error["code"].isupper()
    assert error["message"]
    return dict(error)


# sessions


async def test_a_login_gives_a_token_that_works_until_the_logout(desk: Desk) -> None:
    answer = await desk.client.post("/auth/login", json=LOGIN)
    assert answer.status_code == 200
    assert set(answer.json()) == {"token", "expiresAt"}
    expires = datetime.fromisoformat(answer.json()["expiresAt"])
    assert timedelta(hours=11, minutes=59) < expires - desk.clock() <= timedelta(hours=12)
    token = answer.json()["token"]
    assert (await desk.authenticator.authenticate(token)).roles == IMPLIED
    assert (await desk.client.post("/auth/logout", headers=bearer(token))).status_code == 204
    with pytest.raises(Unauthenticated):
        await desk.authenticator.authenticate(token)
    gone = await desk.client.post("/auth/logout", headers=bearer(token))
    assert (gone.status_code, error_of(gone)["code"]) == (401, "UNAUTHENTICATED")
    assert gone.headers["www-authenticate"] == 'Bearer realm="eperf"'


async def test_a_wrong_password_is_401_in_the_callers_language(desk: Desk) -> None:
    for language, said in (
        ("id-ID,id;q=0.9", "Nama masuk atau kata sandi salah."),
        ("fr", "The login name or"),
    ):
        answer = await desk.client.post(
            "/auth/login", json={**LOGIN, "password": "x"}, headers={"accept-language": language}
        )
        assert answer.status_code == 401
        error = error_of(answer)
        assert (error["code"], error["field"]) == ("LOGIN_FAILED", "login")
        assert error["message"].startswith(said)


async def test_too_many_failures_are_429_and_say_when_to_come_again(desk: Desk) -> None:
    wrong = {**LOGIN, "password": "wrong"}
    answers = [await desk.client.post("/auth/login", json=wrong) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert error_of(answers[-1])["code"] == "TOO_MANY_ATTEMPTS"
    assert 890 <= int(answers[-1].headers["retry-after"]) <= 900
    assert (await desk.client.post("/auth/login", json=LOGIN)).status_code == 429
    desk.clock.moved = timedelta(minutes=16)
    assert (await desk.client.post("/auth/login", json=LOGIN)).status_code == 200


async def test_other_methods_are_405_and_name_the_right_one(desk: Desk) -> None:
    for path in ("/auth/login", "/auth/logout"):
        for method in ("GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW"):
            answer = await desk.client.request(method, path)
            assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_only_a_listed_origin_is_granted_anything(database: str, tmp_path: Path) -> None:
    async with opened(database, tmp_path, allowed_origins=("https://app.example",)) as desk:
        for origin, granted in (
            ("https://app.example", True),
            ("https://evil.example", False),
            ("null", False),
        ):
            asked = {"origin": origin, "access-control-request-method": "POST"}
            answer = await desk.client.options("/auth/login", headers=asked)
            assert answer.status_code == (204 if granted else 403)
            answer = await desk.client.post("/auth/login", json=LOGIN, headers={"origin": origin})
            assert answer.headers.get("access-control-allow-origin") == (origin if granted else None)
            assert "access-control-allow-credentials" not in answer.headers


async def test_a_fault_of_ours_is_masked_and_has_an_id(desk: Desk) -> None:
    await store.connection().execute_script("DROP TABLE login_attempt")
    answer = await desk.client.post("/auth/login", json=LOGIN, headers={"x-request-id": "r-1"})
    assert answer.status_code == 500
    assert answer.json() == {
        "errors": [{"code": "INTERNAL_SERVER_ERROR", "message": "Internal error", "id": "r-1"}]
    }


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


HOSTILE: list[tuple[bytes, dict[str, str | bytes]]] = [
    *((body, {}) for body in (
        b"", b" ", b"null", b"true", b"0", b'"text"', b"[]", b"{}", b"{", b"{}{}", b"[" * 50_000, b'{"a":' * 5000, b"\x00",
        b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", json.dumps(LOGIN).encode("utf-16"), json.dumps(LOGIN).encode("utf-32"),
        b'{"login": NaN, "password": Infinity}', b'{"login": "budi", "password": "\\ud800"}',
        b'{"login": "\\u0000", "password": "x"}', b'{"login": "budi\\u0000", "password": "x"}',
        b'{"login": "budi", "password": "\xed\xa0\x80"}', b'{"login": 1e999, "password": 1}', b'{"login": "budi"}',
        b'{"login": "budi", "password": ' + b"9" * 5000 + b"}", b'{"login": "budi", "password": null}',
        b'{"password": "x"}', b'{"login": "", "password": ""}', b"login=budi&password=x", b"<xml/>", b"'; DROP TABLE account; --",
    )),
    *((_json(value), {}) for value in (
        {**LOGIN, "admin": True}, {**LOGIN, "__proto__": {}}, {"login": ["budi"], "password": PASSWORD},
        {"login": {"$ne": ""}, "password": {"$ne": ""}}, {"login": "budi' OR '1'='1", "password": "x"},
        {"login": "x" * 101, "password": "x"}, {"login": "budi", "password": "x" * 129}, {"login": "x" * 200_000, "password": "x"},
        {"login": "budi\n", "password": "x" * 300_000}, {"login": "%", "password": "x"}, {"login": "\u202ebudi", "password": "x"},
        {"login": "\U0001f600" * 100, "password": "\U0001f600" * 128}, {"login": "admin'--", "password": "' OR 1=1"},
        {"login": True, "password": False}, {"login": -1, "password": 2**64}, [LOGIN], [LOGIN, LOGIN], {"LOGIN": "budi"},
    )),
    (b"x" * 400_000, {}),
    *((_json({**LOGIN, "password": "wrong"}), dict(headers)) for headers in (
        {"content-type": "text/plain"}, {"content-type": "application/x-www-form-urlencoded"}, {"content-type": ""},
        {"content-type": "multipart/form-data; boundary=x"}, {"content-type": "application/json; charset=utf-16"},
        {"content-type": b"\xff\xfe"}, {"content-encoding": "gzip"}, {"content-encoding": "identity, deflate"},
        {"content-length": "-1"}, {"content-length": "9" * 40}, {"content-length": "1e3"}, {"content-length": "999999999"},
        {"accept-language": "x" * 5000}, {"accept-language": b"\xff\x00"}, {"x-request-id": "a\tb"}, {"origin": "null"},
        {"authorization": "Bearer " + "x" * 10_000}, {"authorization": b"Basic \xff"}, {"x-forwarded-for": "1.1.1.1"},
    )),
    (gzip.compress(_json(LOGIN)), {"content-encoding": "gzip"}),
]  # fmt: skip


@pytest.mark.parametrize(("body", "headers"), HOSTILE, ids=range(len(HOSTILE)))
async def test_seventy_hostile_logins_are_refused_by_type_and_open_nothing(
    desk: Desk, body: bytes, headers: dict[str, str | bytes]
) -> None:
    sent = [
        (name.encode(), value if isinstance(value, bytes) else value.encode())
        for name, value in headers.items()
    ]
    if "content-type" not in headers:
        sent.append((b"content-type", b"application/json"))
    answer = await desk.client.post("/auth/login", content=body, headers=sent)
    assert answer.status_code in {400, 401, 413, 415}
    error = error_of(answer)
    assert error["code"] not in {"INTERNAL_SERVER_ERROR", "REFUSED"}
    assert "Traceback" not in answer.text
    assert await TokenRow.all().count() == 0
    assert await LoginAttemptRow.all().count() == (error["code"] == "LOGIN_FAILED")


def test_the_hostile_logins_are_more_than_fifty() -> None:
    assert len(HOSTILE) >= 70


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.binary(max_size=200) | st.text(max_size=60).map(lambda text: _json({"login": text, "password": text}))
)
async def test_whatever_is_posted_there_is_a_typed_answer(desk: Desk, body: bytes) -> None:
    answer = await desk.client.post("/auth/login", content=body, headers=JSON)
    assert answer.status_code in {400, 401, 413, 429}
    error_of(answer)


# bearers


@pytest.mark.parametrize(
    "text",
    [
        None, "", " ", "x", "eperf_", "eperf_" + "a" * 42, "eperf_" + "a" * 44, "eperf_" + "ü" * 43, "\x00", "a\nb", "é", "\ud800",
        "x" * 8193, "x" * 1_000_000, "a.b.c", "Bearer x", "eperf_" + "a" * 43 + " ", "=", "a=b", "😀" * 10, "null", "../../etc",
        "' OR 1=1 --", "eperf_" + "Aa0_-" * 8 + "xyz", "EPERF_" + "AA0_-" * 8 + "XYZ",
    ],
    ids=lambda text: repr(text)[:30],
)  # fmt: skip
async def test_a_bearer_that_is_none_of_ours_is_nobody(desk: Desk, text: str | None) -> None:
    with pytest.raises(Unauthenticated):
        await desk.authenticator.authenticate(text)


async def test_a_digest_is_no_bearer(desk: Desk) -> None:
    _, token = await desk.token()
    with pytest.raises(Unauthenticated):
        await desk.authenticator.authenticate(digest_of(token))


@pytest.mark.parametrize(
    "value",
    ["Basic YTpi", "Bearer", "Bearer ", "bearer", "Token x", "Bearer a b", "Bearer é", "Bearer\tx", "x" * 9000, "Bearer " + "y" * 9000],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
async def test_a_hostile_authorization_header_is_401(desk: Desk, value: str) -> None:
    answer = await desk.client.post("/auth/logout", headers=[(b"authorization", value.encode("latin-1"))])
    assert (answer.status_code, error_of(answer)["code"]) == (401, "UNAUTHENTICATED")


async def test_two_authorization_headers_are_401(desk: Desk) -> None:
    _, token = await desk.token()
    twice = [("authorization", f"Bearer {token}")] * 2
    assert (await desk.client.post("/auth/logout", headers=twice)).status_code == 401


# how long a credential is believed


async def test_a_token_that_this_process_revokes_is_dead_at_once(desk: Desk) -> None:
    number, token = await desk.token()
    viewer = await desk.authenticator.authenticate(token)
    assert await desk.authenticator.still_valid(viewer)
    before = len(desk.rechecked)
    await revoke_token(desk.system(), number)
    assert len(desk.rechecked) == before + 1
    assert not await desk.authenticator.still_valid(viewer)
    with pytest.raises(Unauthenticated):
        await desk.authenticator.authenticate(token)


async def recognised(desk: Desk, token: str) -> bool:
    try:
        return bool(await desk.authenticator.authenticate(token))
    except Unauthenticated:
        return False


async def test_a_token_that_another_process_revokes_is_dead_within_half_a_second(desk: Desk) -> None:
    number, token = await desk.token()
    viewer = await desk.authenticator.authenticate(token)
    assert await desk.authenticator.still_valid(viewer)
    await TokenRow.filter(id=number).update(revoked_at=desk.clock())
    revoked = time.monotonic()
    while await desk.authenticator.still_valid(viewer):
        await asyncio.sleep(0.01)
    while await recognised(desk, token):
        await asyncio.sleep(0.01)
    assert time.monotonic() - revoked < 5


async def test_what_was_asked_before_a_change_is_not_remembered_after_it(desk: Desk) -> None:
    number, token = await desk.token()
    asking = asyncio.create_task(desk.authenticator.authenticate(token))
    await asyncio.sleep(0)
    await TokenRow.filter(id=number).update(revoked_at=desk.clock())
    desk.authenticator.forget()
    await asyncio.gather(asking, return_exceptions=True)
    with pytest.raises(Unauthenticated):
        await desk.authenticator.authenticate(token)


async def test_a_remembered_viewer_costs_no_query(desk: Desk, database: str) -> None:
    patient = Authenticator(desk.clock, keep=60)
    _, token = await desk.token()
    viewer = await patient.authenticate(token)
    assert await patient.still_valid(viewer)
    await store.disconnect()
    try:
        assert await patient.authenticate(token) == viewer
        assert await patient.still_valid(viewer)
    finally:
        await store.connect(database)


async def test_what_grows_old_is_looked_up_by_one_task_while_requests_go_on(desk: Desk) -> None:
    keep = 0.3
    authenticator = Authenticator(desk.clock, keep=keep)
    number, token = await desk.token()
    viewer = await authenticator.authenticate(token)
    await asyncio.sleep(keep * 1.1)
    assert [authenticator.recent(token) for _ in range(20)] == [viewer] * 20
    assert len(authenticator._renewing) == 1
    await asyncio.gather(*authenticator._renewing.values())
    assert await TokenRow.filter(id=number).update(revoked_at=desk.clock())
    await asyncio.sleep(keep * 1.1)
    assert authenticator.recent(token) == viewer
    await asyncio.gather(*authenticator._renewing.values())
    assert authenticator.recent(token) is None


async def test_what_nobody_asked_for_in_time_is_not_remembered(desk: Desk) -> None:
    authenticator = Authenticator(desk.clock, keep=0.1)
    _, token = await desk.token()
    await authenticator.authenticate(token)
    await asyncio.sleep(0.21)
    assert authenticator.recent(token) is None
    assert not authenticator._renewing


async def test_a_token_expires_though_it_is_remembered(desk: Desk) -> None:
    patient = Authenticator(desk.clock, keep=60)
    _, token = await desk.token(days=1)
    viewer = await patient.authenticate(token)
    desk.clock.moved = timedelta(days=1, seconds=1)
    assert not await patient.still_valid(viewer)
    with pytest.raises(Unauthenticated):
        await patient.authenticate(token)


async def test_a_viewer_is_valid_only_as_long_as_its_rights_are_what_they_were(desk: Desk) -> None:
    viewer = await desk.viewer("Joko")
    assert await desk.authenticator.still_valid(viewer)
    today = desk.system().today
    await grant_role(
        desk.system(), desk.town.accounts["Joko"], NewGrant(Role.AUDITOR, desk.town.units["office"], today)
    )
    assert not await desk.authenticator.still_valid(viewer)
    renewed = await desk.viewer("Joko")
    assert renewed.roles == IMPLIED | {Role.AUDITOR}
    await ActingRow.all().delete()
    desk.authenticator.forget()
    assert not await desk.authenticator.still_valid(renewed)


@pytest.mark.parametrize("what", ["closed", "retired", "deleted"])
async def test_a_viewer_whose_account_ends_is_not_valid(desk: Desk, what: str) -> None:
    viewer = await desk.viewer("Wati")
    if what == "closed":
        await set_active(desk.system(), desk.town.accounts["Wati"], False)
    elif what == "retired":
        await EmployeeRow.filter(id=desk.town.people["Wati"]).update(active=False)
    else:
        await TokenRow.filter(account_id=desk.town.accounts["Wati"]).delete()
    desk.authenticator.forget()
    assert not await desk.authenticator.still_valid(viewer)


async def test_the_installation_itself_is_always_valid(desk: Desk) -> None:
    assert await desk.authenticator.still_valid(SYSTEM)


async def test_what_is_remembered_is_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "_MOST_KEPT", 3)
    patient = Authenticator(desk.clock, keep=60)
    for _ in range(10):
        await patient.authenticate((await desk.token())[1])
        assert len(patient._by_bearer._found) <= 3


# an identity provider


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with Issuer() as made:
        made.add("one")
        yield made


def door(desk: Desk, issuer: Issuer, nip_claim: str | None = None) -> Authenticator:
    return Authenticator(desk.clock, Provider(issuer.tokens(leeway=5), nip_claim))


NIP = "198001012005011001"


async def test_a_linked_subject_comes_in_with_all_the_roles_of_the_account(
    desk: Desk, issuer: Issuer
) -> None:
    await link_subject(desk.system(), desk.town.accounts["Budi"], f"{ISSUER}|budi-42")
    authenticator = door(desk, issuer)
    viewer = await authenticator.authenticate(issuer.token())
    assert (viewer.account_id, viewer.token_id, viewer.roles) == (desk.town.accounts["Budi"], None, IMPLIED)
    assert await authenticator.still_valid(viewer)
    desk.clock.moved = timedelta(seconds=306)
    assert not await authenticator.still_valid(viewer)
    desk.clock.moved = timedelta()
    await set_active(desk.system(), desk.town.accounts["Budi"], False)
    authenticator.forget()
    assert not await authenticator.still_valid(viewer)
    with pytest.raises(Unauthenticated):
        await authenticator.authenticate(issuer.token())


async def test_an_employee_is_linked_by_nip_once_and_only_when_that_is_enabled(
    desk: Desk, issuer: Issuer
) -> None:
    await EmployeeRow.filter(id=desk.town.people["Budi"]).update(nip=NIP)
    with pytest.raises(Unauthenticated):
        await door(desk, issuer).authenticate(issuer.token(nip=NIP))
    linking = door(desk, issuer, "nip")
    assert (await linking.authenticate(issuer.token(nip=NIP))).account_id == desk.town.accounts["Budi"]
    assert (await AccountRow.get(id=desk.town.accounts["Budi"])).subject == f"{ISSUER}|budi-42"
    assert (await door(desk, issuer).authenticate(issuer.token())).account_id == desk.town.accounts["Budi"]
    with pytest.raises(Unauthenticated):
        await linking.authenticate(issuer.token(sub="somebody-else", nip=NIP))


@pytest.mark.parametrize(
    "nip",
    [
        None,
        "",
        "198001012005011002",
        198001012005011001,
        [NIP],
        {"nip": NIP},
        NIP + "\0",
        "\ud800",
        True,
        "%",
    ],
)
async def test_a_claim_that_names_no_employee_links_nobody(desk: Desk, issuer: Issuer, nip: Any) -> None:
    await EmployeeRow.filter(id=desk.town.people["Budi"]).update(nip=NIP)
    with pytest.raises(Unauthenticated):
        await door(desk, issuer, "nip").authenticate(issuer.token(nip=nip))
    assert await AccountRow.exclude(subject=None).count() == 0


async def test_many_first_requests_at_once_link_once(desk: Desk, issuer: Issuer) -> None:
    await EmployeeRow.filter(id=desk.town.people["Budi"]).update(nip=NIP)
    linking, token = door(desk, issuer, "nip"), issuer.token(nip=NIP)
    results = await asyncio.gather(*(linking.authenticate(token) for _ in range(10)), return_exceptions=True)
    assert any(isinstance(result, Viewer) for result in results)
    assert all(isinstance(result, Viewer | Refused) for result in results)


async def test_without_a_provider_a_foreign_token_is_nobody(desk: Desk, issuer: Issuer) -> None:
    with pytest.raises(Unauthenticated):
        await desk.authenticator.authenticate(issuer.token())
    assert issuer.fetches == 0


async def test_a_token_of_ours_needs_no_provider_that_answers(desk: Desk, issuer: Issuer) -> None:
    issuer.answer = b"\r\n\r\n"
    _, token = await desk.token()
    assert await door(desk, issuer).authenticate(token)
    with pytest.raises(Unavailable):
        await door(desk, issuer).authenticate(issuer.token())


async def test_over_http_a_provider_that_is_away_is_503_and_a_forged_token_401(
    desk: Desk, issuer: Issuer
) -> None:
    async def post(token: str) -> httpx.Response:
        routes = auth.routes(desk.house, door(desk, issuer), passwords=desk.passwords)
        transport = httpx.ASGITransport(Starlette(routes=routes))
        async with httpx.AsyncClient(transport=transport, base_url="http://eperf") as client:
            return await client.post("/auth/logout", headers=bearer(token))

    forged = await post(by_hand({"alg": "HS256", "kid": "one"}, issuer.claims(), issuer.public_pem()))
    assert (forged.status_code, error_of(forged)["code"]) == (401, "UNAUTHENTICATED")
    await link_subject(desk.system(), desk.town.accounts["Budi"], f"{ISSUER}|budi-42")
    foreign = await post(issuer.token())
    assert (foreign.status_code, error_of(foreign)["code"]) == (400, "BAD_INPUT")
    issuer.answer = b"HTTP/1.1 500 No\r\n\r\n"
    away = await post(issuer.token())
    assert (away.status_code, error_of(away)["code"]) == (503, "UNAVAILABLE")
    assert away.headers["retry-after"] == "1"


async def test_half_a_provider_stops_the_start_by_name(database: str, tmp_path: Path) -> None:
    town = await build()
    house = house_of(database, tmp_path, town.registry, Clock(), oidc_issuer=ISSUER, oidc_audience="eperf")
    with pytest.raises(BadInput) as refused:
        auth.build(house)
    assert refused.value.field == "oidc_jwks_url"


async def test_the_settings_make_a_provider(database: str, tmp_path: Path, issuer: Issuer) -> None:
    async with opened(
        database,
        tmp_path,
        oidc_issuer=ISSUER,
        oidc_audience="eperf",
        oidc_jwks_url=issuer.url,
        oidc_algorithms="ES256, RS256",
        oidc_nip_claim="nip",
    ) as desk:
        await EmployeeRow.filter(id=desk.town.people["Sri"]).update(nip=NIP)
        viewer = await desk.authenticator.authenticate(issuer.token(nip=NIP))
        assert viewer.account_id == desk.town.accounts["Sri"]
