"""What every answer carries, and what other origins get."""

from __future__ import annotations

import pytest

from tests.app.graphql import town

LISTED = "https://dashboard.example"
ORIGINS = frozenset({LISTED})


@pytest.mark.parametrize(
    ("method", "body"),
    [("POST", {"query": "{ hello }"}), ("POST", {"query": "{"}), ("POST", []), ("GET", None), ("PUT", None)],
)
async def test_every_answer_is_private_and_closed(method: str, body: object) -> None:
    async with town.client() as http:
        response = await http.request(method, "/graphql", json=body)
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert {"Accept", "Accept-Language", "Authorization", "Origin"} == set(
        response.headers["vary"].split(", ")
    )
    assert response.headers["content-length"] == str(len(response.content))


async def test_without_a_list_no_origin_gets_anything() -> None:
    async with town.client() as http:
        asked = await http.options(
            "/graphql", headers={"origin": LISTED, "access-control-request-method": "POST"}
        )
        posted = await http.post("/graphql", json={"query": "{ hello }"}, headers={"origin": LISTED})
    assert asked.status_code == 403
    assert town.code(asked.json()) == "ORIGIN_NOT_ALLOWED"
    for response in (asked, posted):
        assert not [name for name in response.headers if name.startswith("access-control")]


async def test_a_listed_origin_may_post_json_with_a_bearer_and_no_cookie() -> None:
    async with town.client(allowed_origins=ORIGINS) as http:
        asked = await http.options(
            "/graphql",
            headers={
                "origin": LISTED,
                "access-control-request-method": "POST",
                "access-control-request-headers": "Content-Type, authorization",
            },
        )
        posted = await http.post("/graphql", json={"query": "{ hello }"}, headers={"origin": LISTED})
    assert asked.status_code == 204
    assert asked.content == b""
    assert (
        asked.headers["access-control-allow-origin"]
        == posted.headers["access-control-allow-origin"]
        == LISTED
    )
    assert asked.headers["access-control-allow-methods"] == "POST"
    assert {"authorization", "content-type"} <= set(asked.headers["access-control-allow-headers"].split(", "))
    for response in (asked, posted):
        assert "access-control-allow-credentials" not in response.headers
        assert "Origin" in response.headers["vary"]


@pytest.mark.parametrize(
    ("origin", "method", "names"),
    [
        ("https://evil.example", "POST", ""),
        ("null", "POST", ""),
        (LISTED + ".evil.example", "POST", ""),
        (LISTED, "GET", ""),
        (LISTED, "DELETE", ""),
        (LISTED, "POST", "cookie"),
        (LISTED, "POST", "x-forwarded-for"),
    ],
)
async def test_other_preflights_are_refused(origin: str, method: str, names: str) -> None:
    async with town.client(allowed_origins=ORIGINS) as http:
        response = await http.options(
            "/graphql",
            headers={
                "origin": origin,
                "access-control-request-method": method,
                "access-control-request-headers": names,
            },
        )
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


async def test_a_query_by_get_is_granted_to_no_other_origin() -> None:
    async with town.client(allowed_origins=ORIGINS) as http:
        response = await http.get("/graphql", params={"query": "{ hello }"}, headers={"origin": LISTED})
    assert response.status_code == 200
    assert "access-control-allow-origin" not in response.headers
