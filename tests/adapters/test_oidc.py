"""Tokens of an identity provider, against a real key set over HTTP."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eperf.adapters.oidc import KeySet, Tokens
from eperf.domain.errors import BadInput, Unauthenticated, Unavailable
from tests.support.issuer import AUDIENCE, ISSUER, Issuer, by_hand, http, part, rsa_key


class In(int):
    """So many seconds from when the test runs; workers must agree on its name, and it may wait for its turn."""


def at_last(claims: dict[str, Any]) -> dict[str, Any]:
    now = int(time.time())
    return {name: now + value if isinstance(value, In) else value for name, value in claims.items()}


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with Issuer() as made:
        made.add("one")
        yield made


async def refused(tokens: Tokens, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await tokens.claims(token)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
async def test_a_right_token_says_who_and_until_when(issuer: Issuer, algorithm: str) -> None:
    ends = int(time.time()) + 100
    issuer.add("two", algorithm)
    claims = await issuer.tokens(leeway=30).claims(issuer.token("two", exp=ends, nip="198001012005011001"))
    assert (claims.subject, int(claims.until.timestamp())) == ("budi-42", ends + 30)
    assert claims.all["nip"] == "198001012005011001"


async def test_one_audience_of_several_is_enough(issuer: Issuer) -> None:
    assert await issuer.tokens().claims(issuer.token(aud=["portal", AUDIENCE]))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": ISSUER + "/"},
        {"iss": [ISSUER]},
        {"iss": None},
        {"aud": "portal"},
        {"aud": ["portal"]},
        {"aud": []},
        {"aud": {"eperf": 1}},
        {"aud": None},
        {"exp": In(-31)},
        {"exp": "soon"},
        {"exp": None},
        {"exp": 10**30},
        {"exp": float("inf")},
        {"exp": True},
        {"nbf": In(120)},
        {"nbf": "later"},
        {"iat": In(120)},
        {"iat": None},
        {"iat": []},
        {"sub": None},
        {"sub": ""},
        {"sub": 42},
        {"sub": "a b"},
        {"sub": "x" * 201},
        {"sub": "b\0d"},
        {"sub": ["budi-42"]},
    ],
    ids=str,
)
async def test_a_signed_token_with_a_wrong_claim_is_refused(issuer: Issuer, claims: dict[str, Any]) -> None:
    header = {"alg": "RS256", "kid": "one"}
    algorithm, key = issuer.keys["one"]
    signed = f"{part(header)}.{part(issuer.claims(**at_last(claims)))}"
    signature = _sign(key, signed)
    assert algorithm == "RS256"
    await refused(issuer.tokens(leeway=30), f"{signed}.{part(signature)}")


def _sign(key: Any, signed: str) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    return bytes(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))


@pytest.mark.parametrize("claims", [{"exp": In(-20)}, {"nbf": In(20)}, {"iat": In(20)}], ids=str)
async def test_a_clock_that_is_a_little_off_is_forgiven_and_no_more(
    issuer: Issuer, claims: dict[str, Any]
) -> None:
    token = issuer.token(**at_last(claims))
    assert await issuer.tokens(leeway=60).claims(token)
    await refused(issuer.tokens(leeway=0), token)


async def test_the_public_key_is_not_taken_for_a_shared_secret(issuer: Issuer) -> None:
    for algorithm in ("HS256", "HS384", "none", "None", "RS512", "", None, 1, ["RS256"], {"RS256": 1}):
        forged = by_hand({"alg": algorithm, "kid": "one"}, issuer.claims(), issuer.public_pem())
        await refused(issuer.tokens(), forged)
        await refused(issuer.tokens(), by_hand({"alg": algorithm, "kid": "one"}, issuer.claims()))


async def test_a_symmetric_key_in_the_set_signs_nothing(issuer: Issuer) -> None:
    secret = b"0123456789abcdef0123456789abcdef"
    issuer.also = [{"kty": "oct", "kid": "shared", "k": part(secret), "use": "sig"}]
    await refused(issuer.tokens(), by_hand({"alg": "HS256", "kid": "shared"}, issuer.claims(), secret))


async def test_a_key_serves_only_the_algorithm_of_its_type_and_the_one_it_is_published_for(
    issuer: Issuer,
) -> None:
    issuer.add("curve", "ES256")
    token = issuer.token("one")
    as_curve = f"{part({'alg': 'ES256', 'kid': 'one'})}.{token.split('.', 1)[1]}"
    await refused(issuer.tokens(), as_curve)
    as_rsa = f"{part({'alg': 'RS256', 'kid': 'curve'})}.{token.split('.', 1)[1]}"
    await refused(issuer.tokens(), as_rsa)
    issuer.also = [{**issuer.published()[0], "kid": "pss", "alg": "PS256"}]
    issuer.keys["pss"] = issuer.keys.pop("one")
    await refused(issuer.tokens(), issuer.token("pss"))


async def test_an_algorithm_that_is_not_listed_is_refused_though_the_signature_is_right(
    issuer: Issuer,
) -> None:
    await refused(issuer.tokens(algorithms=("ES256",)), issuer.token())


@pytest.mark.parametrize("algorithms", [("HS256",), ("none",), (), ("RS256", "HS512"), ("rs256",)])
def test_only_public_key_algorithms_can_be_listed(algorithms: tuple[str, ...]) -> None:
    with pytest.raises(BadInput) as bad:
        Tokens(ISSUER, AUDIENCE, KeySet("https://sso.example/jwks"), algorithms=algorithms)
    assert bad.value.field == "oidc_algorithms"


@pytest.mark.parametrize(
    "url", ["http://sso.example/jwks", "ftp://x", "file:///etc/passwd", "", "https", "http://127.0.0.2/"]
)
def test_a_key_set_comes_by_https_or_from_this_machine(url: str) -> None:
    with pytest.raises(BadInput) as bad:
        KeySet(url)
    assert bad.value.field == "oidc_jwks_url"


async def test_a_signature_by_a_strangers_key_under_a_known_id_is_refused(issuer: Issuer) -> None:
    async with Issuer() as stranger:
        stranger.add("one")
        await refused(issuer.tokens(), stranger.token())


async def test_a_changed_token_is_refused(issuer: Issuer) -> None:
    header, _, signature = issuer.token().split(".")
    await refused(issuer.tokens(), f"{header}.{part(issuer.claims(sub='sri-1'))}.{signature}")


@pytest.mark.parametrize("bits", [1024])
async def test_a_short_key_is_refused(issuer: Issuer, bits: int) -> None:
    issuer.add("short", key=rsa_key(bits))
    with pytest.warns(Warning, match="below"):
        token = issuer.token("short")
    await refused(issuer.tokens(), token)


@pytest.mark.parametrize(
    "header", [{"kid": None}, {"kid": 1}, {"kid": ["one"]}, {"crit": ["b64"], "b64": False}, {"crit": []}]
)
async def test_a_token_without_a_plain_key_id_or_with_a_critical_extension_is_refused(
    issuer: Issuer, header: dict[str, Any]
) -> None:
    claims = part(issuer.claims())
    signed = f"{part({'alg': 'RS256', 'kid': 'one', **header})}.{claims}"
    await refused(issuer.tokens(), f"{signed}.{part(_sign(issuer.keys['one'][1], signed))}")
    no_kid = f"{part({'alg': 'RS256'})}.{claims}"
    await refused(issuer.tokens(), f"{no_kid}.{part(_sign(issuer.keys['one'][1], no_kid))}")


KNOWN = part({"alg": "RS256", "kid": "one"})
GARBAGE = [
    "", ".", "..", "a.b.c", "a.b", "....", "eyJ.eyJ.x", part(b"{") + ".x.y", part([1]) + ".x.y",
    f"{part(b'[' * 3000)}.{part(b'[' * 3000)}.x", KNOWN + "..", f"{KNOWN}.{part(bytes([255]))}.x",
    f"{part({'alg': 'RS256', 'kid': 'one', 'typ': {'a': 1}})}.{part([])}.{part(b'x' * 256)}",
    part(b'{"alg":"RS256","kid":"one","kid":"two"}') + ".e30.x",
    part(b'{"alg":"RS256","kid":"' + b"k" * 5000 + b'"}') + ".e30.x",
    part(b'{"alg":"RS256","kid":"\\ud800"}') + ".e30.eA", part(b'{"alg":NaN,"kid":"one"}') + ".e30.x",
]  # fmt: skip


@pytest.mark.parametrize("token", GARBAGE, ids=range(len(GARBAGE)))
async def test_garbage_is_refused(issuer: Issuer, token: str) -> None:
    await refused(issuer.tokens(), token)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._~+/-=", max_size=300))
async def test_whatever_a_bearer_may_look_like_it_is_refused_and_nothing_else(
    issuer: Issuer, token: str
) -> None:
    await refused(issuer.tokens(), token)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "x"]), json_values))
async def test_whatever_a_header_says_an_unsigned_token_is_refused(
    issuer: Issuer, header: dict[str, Any]
) -> None:
    await refused(issuer.tokens(), by_hand({"kid": "one", "alg": "RS256", **header}, issuer.claims()))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["kty", "kid", "use", "alg", "n", "e", "crv", "x", "y", "d"]), json_values
    ),
    st.booleans(),
)
async def test_whatever_a_key_set_holds_beside_it_the_right_key_works(
    issuer: Issuer, key: dict[str, Any], curve: bool
) -> None:
    issuer.also = [
        {"kty": "EC" if curve else "RSA", "kid": "odd", "crv": "P-256", **key, "n": key.get("n", "AQAB")},
        key,
    ]
    tokens = issuer.tokens()
    if key.get("kid") != "one":
        assert await tokens.claims(issuer.token())
    algorithm = "ES256" if curve else "RS256"
    await refused(tokens, by_hand({"alg": algorithm, "kid": "odd"}, issuer.claims(), b"x"))


# the key set


async def test_keys_are_fetched_once_for_many_tokens_and_many_who_wait(issuer: Issuer) -> None:
    tokens = issuer.tokens(keys=issuer.key_set(refresh=30))
    await asyncio.gather(*(tokens.claims(issuer.token()) for _ in range(20)))
    await tokens.claims(issuer.token())
    assert issuer.fetches == 1


async def test_a_new_key_is_found_without_a_restart_and_a_withdrawn_one_is_forgotten(issuer: Issuer) -> None:
    tokens = issuer.tokens()
    old = issuer.token()
    assert await tokens.claims(old)
    issuer.add("two")
    del issuer.keys["one"]
    assert await tokens.claims(issuer.token("two"))
    await refused(tokens, old)


async def test_unknown_key_ids_do_not_make_us_attack_the_issuer(issuer: Issuer) -> None:
    tokens = issuer.tokens(keys=issuer.key_set(refresh=30))
    assert await tokens.claims(issuer.token())
    for number in range(50):
        await refused(tokens, by_hand({"alg": "RS256", "kid": f"unknown{number}"}, issuer.claims()))
    assert issuer.fetches == 1


async def test_old_keys_are_looked_at_again_beside_the_work(issuer: Issuer) -> None:
    tokens = issuer.tokens(keys=issuer.key_set(keep=0))
    for _ in range(3):
        assert await tokens.claims(issuer.token())
        await asyncio.sleep(0.05)
    assert issuer.fetches >= 2


BROKEN = {
    "an error": http(b"{}", "500 Internal Server Error"),
    "a redirect": http(b"", "302 Found", "Location: http://127.0.0.1:1/"),
    "no JSON": http(b"<html>"),
    "no key set": http(b'{"keys": {}}'),
    "a list": http(b"[]"),
    "NaN": http(b'{"keys": [NaN]}'),
    "deep": http(b"[" * 100_000),
    "too many keys": http(json.dumps({"keys": [{}] * 65}).encode()),
    "too long": http(b" " * 300_000),
    "not HTTP": b"hello\r\n\r\n",
    "cut off": b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{",
    "compressed": http(b"\x1f\x8b\x08\x00", "200 OK", "Content-Encoding: gzip"),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
async def test_an_issuer_that_answers_wrongly_is_not_available(issuer: Issuer, answer: bytes) -> None:
    issuer.answer = answer
    tokens = issuer.tokens()
    with pytest.raises(Unavailable):
        await tokens.claims(issuer.token())
    issuer.answer = None
    assert await tokens.claims(issuer.token())


async def test_an_issuer_that_hangs_is_not_waited_for_longer_than_told(issuer: Issuer) -> None:
    issuer.hangs = True
    tokens = issuer.tokens(keys=issuer.key_set(seconds=0.2, retry=30))
    started = time.monotonic()
    with pytest.raises(Unavailable):
        await tokens.claims(issuer.token())
    with pytest.raises(Unavailable):
        await tokens.claims(issuer.token())
    assert time.monotonic() - started < 10
    assert issuer.fetches == 1


async def test_an_issuer_that_is_away_locks_out_nobody_whose_key_is_known(issuer: Issuer) -> None:
    tokens = issuer.tokens(keys=issuer.key_set(keep=0))
    assert await tokens.claims(issuer.token())
    issuer.answer = BROKEN["an error"]
    for _ in range(3):
        assert await tokens.claims(issuer.token())
        await asyncio.sleep(0.05)
    issuer.add("two")
    with pytest.raises(Unavailable):
        await tokens.claims(issuer.token("two"))


async def test_keys_are_not_trusted_for_ever(issuer: Issuer) -> None:
    tokens = issuer.tokens(keys=issuer.key_set(keep=0, trusted=0.1))
    assert await tokens.claims(issuer.token())
    issuer.answer = BROKEN["an error"]
    await asyncio.sleep(0.15)
    with pytest.raises(Unavailable):
        await tokens.claims(issuer.token())


async def test_no_server_at_all_is_not_available() -> None:
    issuer = Issuer()
    issuer.add("one")
    tokens = Tokens(ISSUER, AUDIENCE, KeySet("http://127.0.0.1:1/jwks", seconds=2))
    with pytest.raises(Unavailable):
        await tokens.claims(issuer.token())


async def test_who_caused_a_fetch_cannot_take_it_from_the_others_by_going_away(issuer: Issuer) -> None:
    tokens = issuer.tokens(keys=issuer.key_set(retry=30))
    first = asyncio.create_task(tokens.claims(issuer.token()))
    await asyncio.sleep(0)
    first.cancel()
    assert await tokens.claims(issuer.token())
    assert issuer.fetches == 1
