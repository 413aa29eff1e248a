"""The page for browsers: a GraphQL IDE whose files stand on this machine, never on somebody else's.

The files come from npm by `make assets` into a folder of the checkout and are served below the GraphQL path. They are
another project's build, so they get a policy of their own: scripts and connections of this origin only, no frame
around them, no address with a token in it (the page keeps the token in a variable that is pasted by hand). Without
the folder everything works but the page, which then says how to get it.
"""

from __future__ import annotations

import html
from pathlib import Path, PurePosixPath
from typing import Any

import orjson
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from eperf.app.graphql.headers import SECURE, HeaderList, Reply
from eperf.app.graphql.negotiate import HTML

POLICY = (
    b"default-src 'none'; base-uri 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    b"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-src 'self'; "
    b"form-action 'none'; frame-ancestors 'none'"
)
_SANDBOXED: HeaderList = [
    (b"access-control-allow-origin", b"*"),
    (b"cache-control", b"no-cache"),
    (b"content-security-policy", b"sandbox allow-scripts; frame-ancestors 'self'"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]
_TYPES = {
    ".css": b"text/css; charset=utf-8",
    ".html": b"text/html; charset=utf-8",
    ".ico": b"image/x-icon",
    ".js": b"text/javascript; charset=utf-8",
    ".json": b"application/json",
    ".png": b"image/png",
    ".svg": b"image/svg+xml",
    ".ttf": b"font/ttf",
    ".woff": b"font/woff",
    ".woff2": b"font/woff2",
}
_OURS = frozenset(
    {b"content-type", b"cache-control", b"content-security-policy", *(name for name, _ in SECURE)}
)

_MISSING = """<!doctype html>
<html lang="id"><head><meta charset="utf-8"><title>eperf GraphQL</title></head><body>
<h1>eperf GraphQL</h1>
<p lang="id">Halaman GraphQL untuk peramban belum terpasang. Jalankan <code>make assets</code> di folder eperf
(membutuhkan registri npm satu kali), lalu muat ulang halaman ini. API tetap melayani permintaan di
<code>{path}</code>.</p>
<p lang="en">The GraphQL page for browsers is not installed. Run <code>make assets</code> in the checkout of eperf (it
needs the npm registry once), then load this page again. The API serves requests at <code>{path}</code> all the
same.</p>
</body></html>
"""

_OPTIONS = """const options = {options};
options.endpointURL = location.origin + options.path;
options.subscriptionsEndpoint = location.origin.replace(/^http/, "ws") + options.path;
delete options.path;
AltairGraphQL.init(options);
"""


class IdePage:
    """The IDE page over a folder of assets (`index.html` and what it loads), and the routes of those assets."""

    def __init__(
        self, assets: Path | None, *, path: str = "/graphql", first_query: str = "{ __typename }\n"
    ) -> None:
        self._assets, self._path = assets, path
        self._base = f"{path}/assets/"
        self._options = _options(path, first_query)

    def reply(self) -> Reply:
        """The page, or the page that says how to get it; looked up anew, so that installing it needs no restart."""
        page = self._installed() or _MISSING.format(path=html.escape(self._path))
        return Reply(200, page.encode(), HTML, [(b"content-security-policy", POLICY)])

    def routes(self) -> list[BaseRoute]:
        """Where the page's files are served."""
        return [
            Route(f"{self._base}options.js", self._options_file, methods=["GET"]),
            Mount(self._base.rstrip("/"), Assets(self._assets)),
        ]

    def _installed(self) -> str | None:
        if self._assets is None:
            return None
        try:
            page = (self._assets / "index.html").read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        page = page.replace('<base href="/" />', f'<base href="{html.escape(self._base)}" />')
        return page.replace("</body>", '<script type="module" src="options.js"></script></body>')

    async def _options_file(self, _request: Any) -> Response:
        headers = {name.decode(): value.decode() for name, value in SECURE}
        return Response(self._options, media_type="text/javascript", headers=headers)


def _options(path: str, first_query: str) -> str:
    """What the IDE is told: where we are, which socket protocol we speak, and to talk to nobody else."""
    bearer = {"Authorization": "Bearer {{token}}"}
    options = {
        "path": path,
        "initialSubscriptionRequestHandlerId": "graphql-ws",
        "initialQuery": first_query,
        "initialEnvironments": {"base": {"title": "eperf", "variables": {"token": ""}}},
        "initialHeaders": bearer,
        "initialSubscriptionsPayload": bearer,
        "instanceStorageNamespace": "eperf_",
        "disableAccount": True,
        "initialSettings": {
            "alert.disableUpdateNotification": True,
            "alert.disableWarnings": True,
            "banners.disable": True,
            "plugin.list": [],
        },
    }
    return _OPTIONS.replace("{options}", orjson.dumps(options).decode())


class Assets:
    """The static files of the page: known types only, each with its type and the page's policy."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._files = StaticFiles(directory=folder, check_dir=False) if folder else None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one file, or say that there is none."""
        path = PurePosixPath(scope["path"])
        kind = _TYPES.get(path.suffix)
        if self._files is None or self._folder is None or kind is None or "\0" in scope["path"]:
            await Response("Not Found", 404, dict(_plain(SECURE)))(scope, receive, send)
            return
        if not self._folder.is_dir():
            await Response("Not Found", 404, dict(_plain(SECURE)))(scope, receive, send)
            return
        ours = _file_headers(kind, sandbox="iframe-sandbox" in path.parts)

        async def dressed(message: Any) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message["headers"] if name not in _OURS]
                message = {**message, "headers": kept + ours}
            await send(message)

        await self._files(scope, receive, dressed)


def _plain(headers: HeaderList) -> list[tuple[str, str]]:
    return [(name.decode(), value.decode()) for name, value in headers]


def _file_headers(kind: bytes, *, sandbox: bool) -> HeaderList:
    """The build's own sandboxed frame has no origin, so its files are for all; no other file stands in a frame."""
    if sandbox:
        return [*_SANDBOXED, (b"content-type", kind)]
    secure = [(name, value) for name, value in SECURE if name != b"cache-control"]
    return [
        *secure,
        (b"cache-control", b"no-cache"),
        (b"content-security-policy", POLICY),
        (b"content-type", kind),
    ]
