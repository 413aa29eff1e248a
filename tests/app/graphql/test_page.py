"""The page for browsers: served from this machine with a strict policy, or a page that says how to get it."""

from __future__ import annotations

from pathlib import Path

import pytest

from eperf.app.graphql import IdePage
from tests.app.graphql import town

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"}
BUILD = '<!doctype html><html><head><base href="/" /></head><body><app-root></app-root></body></html>'


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "iframe-sandbox").mkdir(parents=True)
    (folder / "index.html").write_text(BUILD)
    (folder / "main.js").write_text("export {}")
    (folder / "notes.md").write_text("# notes")
    (folder / "iframe-sandbox" / "index.html").write_text("<p>sandbox</p>")
    (tmp_path / "secret.js").write_text("secret")
    (folder / "out.js").symlink_to(tmp_path / "secret.js")
    return folder


async def test_a_browser_gets_the_page_and_its_policy_lets_nothing_in_from_elsewhere(assets: Path) -> None:
    async with town.client(page=IdePage(assets)) as http:
        response = await http.get("/graphql", headers=BROWSER)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert '<base href="/graphql/assets/" />' in response.text
    assert response.text.index('src="options.js"') < response.text.index("</body>")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http" not in policy
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_the_page_knows_the_addresses_and_the_protocol_and_no_secret(assets: Path) -> None:
    async with town.client(page=IdePage(assets, first_query='{ a(b: "</script>") }')) as http:
        response = await http.get("/graphql/assets/options.js")
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert '"path":"/graphql"' in response.text
    assert '"initialSubscriptionRequestHandlerId":"graphql-ws"' in response.text
    assert '"Bearer {{token}}"' in response.text
    assert '"token":""' in response.text


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("main.js", 200, "text/javascript; charset=utf-8"),
        ("index.html", 200, "text/html; charset=utf-8"),
        ("nosuch.js", 404, None),
        ("notes.md", 404, None),
        ("", 404, None),
        ("iframe-sandbox", 404, None),
        ("../secret.js", 404, None),
        ("..%2fsecret.js", 404, None),
        ("%2e%2e/secret.js", 404, None),
        ("out.js", 404, None),
        ("main.js%00.js", 404, None),
        ("%00.js", 404, None),
        ("/etc/passwd.js", 404, None),
        ("x" * 5000 + ".js", 404, None),
    ],
)
async def test_only_the_files_of_the_page_are_served(
    assets: Path, path: str, status: int, kind: str | None
) -> None:
    async with town.client(page=IdePage(assets)) as http:
        response = await http.get(f"/graphql/assets/{path}")
    assert response.status_code == status
    assert "secret" not in response.text
    assert kind is None or response.headers["content-type"] == kind
    if status == 200:
        assert "script-src 'self'" in response.headers["content-security-policy"]
        assert response.headers["cache-control"] == "no-cache"


async def test_files_are_for_reading_only_and_are_not_sent_twice(assets: Path) -> None:
    async with town.client(page=IdePage(assets)) as http:
        first = await http.get("/graphql/assets/main.js")
        again = await http.get("/graphql/assets/main.js", headers={"if-none-match": first.headers["etag"]})
        post = await http.post("/graphql/assets/main.js")
    assert (again.status_code, post.status_code) == (304, 405)


async def test_the_sandboxed_frame_has_a_policy_of_its_own(assets: Path) -> None:
    async with town.client(page=IdePage(assets)) as http:
        response = await http.get("/graphql/assets/iframe-sandbox/index.html")
    assert response.headers["content-security-policy"] == "sandbox allow-scripts; frame-ancestors 'self'"
    assert "x-frame-options" not in response.headers


@pytest.mark.parametrize("folder", [None, "empty", "absent"])
async def test_without_the_files_the_page_says_how_to_get_them(tmp_path: Path, folder: str | None) -> None:
    (tmp_path / "empty").mkdir()
    async with town.client(page=IdePage(tmp_path / folder if folder else None)) as http:
        response = await http.get("/graphql", headers=BROWSER)
        file = await http.get("/graphql/assets/main.js")
        answer = await town.ask(http, "{ hello }")
    assert response.status_code == 200
    assert "make assets" in response.text
    assert "Halaman GraphQL" in response.text
    assert file.status_code == 404
    assert answer == {"data": {"hello": "hello world"}}


async def test_installing_the_files_needs_no_restart(tmp_path: Path) -> None:
    async with town.client(page=IdePage(tmp_path)) as http:
        before = await http.get("/graphql", headers=BROWSER)
        (tmp_path / "index.html").write_text(BUILD)
        after = await http.get("/graphql", headers=BROWSER)
    assert "make assets" in before.text
    assert "app-root" in after.text


async def test_a_query_or_another_wish_does_not_get_the_page(assets: Path) -> None:
    async with town.client(page=IdePage(assets)) as http:
        asked = await http.get("/graphql", params={"query": "{ hello }"}, headers=BROWSER)
        tool = await http.get("/graphql", headers={"accept": "*/*"})
        gladly = await http.get("/graphql", headers={"accept": "text/html;q=0.5, application/json"})
    assert asked.json() == {"data": {"hello": "hello world"}}
    assert tool.status_code == gladly.status_code == 400
    assert town.code(tool.json()) == "BAD_REQUEST"
