"""Takes eperf's webhooks: checks who sent them, keeps each once, answers at once, and works them off in order.

    pip install starlette uvicorn standardwebhooks
    python receive.py --secrets secrets.txt --inbox inbox.db --port 9000

`secrets.txt` holds a secret (`whsec_…`) a line: while one is being rotated, the old and the new one. Put a proxy with TLS
before it, create the webhook with its address, and call `verifyWebhook`. Change `see` in `inbox.py` to what you need; the rest stays.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import uvicorn
from inbox import Inbox, see
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

MOST_BYTES = 1024 * 1024
_AGAIN_SECONDS = 5.0
log = logging.getLogger("receive")


class Unsigned(Exception):
    """A message that nobody with one of our secrets has signed, or not within the last five minutes."""


def signed(body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> dict[str, Any]:
    """The event of a message; raises `Unsigned`. Never parse what was not checked, and check the bytes as they came."""
    for secret in secrets:
        # The library says in many ways that senseless headers are no signature.
        with contextlib.suppress(Exception):
            event = Webhook(secret).verify(body, dict(headers))
            if isinstance(event, dict) and isinstance(event.get("type"), str):
                return event
    raise Unsigned


class Receiver:
    """The web application, and the worker behind it."""

    def __init__(self, inbox: Inbox, secrets: Path) -> None:
        self._inbox, self._secrets = inbox, secrets
        self._came = asyncio.Event()
        self.app = Starlette(routes=[Route("/", self.take, methods=["POST"])], lifespan=self._lifespan)

    async def take(self, request: Request) -> Response:
        """One message: 204 when it is kept, also when it was kept before; 401 when it is not eperf's."""
        body = b""
        try:
            async for piece in request.stream():
                body += piece
                if len(body) > MOST_BYTES:
                    return Response(status_code=413)
            # Read each time, so that a rotation needs no restart.
            event = signed(body, request.headers, self._secrets.read_text().split())
        except (Unsigned, ClientDisconnect):
            return Response(status_code=401)
        if event["type"] == "webhook.verification":
            return PlainTextResponse(event["data"]["challenge"])
        if "sequence" not in event:
            log.warning("%s tried the address", event["type"])
            return Response(status_code=204)
        if not self._inbox.keep(request.headers["webhook-id"], event):
            log.warning("%s came again", request.headers["webhook-id"])
        self._came.set()
        return Response(status_code=204)

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        worker = asyncio.create_task(self._work())
        yield
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)

    async def _work(self) -> None:
        while True:
            self._came.clear()
            try:
                self._inbox.work_off(see)
            except Exception:
                log.exception("an event could not be worked off; again in %g s", _AGAIN_SECONDS)
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            with contextlib.suppress(TimeoutError):  # looks again by itself for those whose patience ends
                async with asyncio.timeout(_AGAIN_SECONDS):
                    await self._came.wait()


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--secrets", type=Path, required=True, help="a file with a secret a line")
    parser.add_argument("--inbox", type=Path, default=Path("inbox.db"), help="where messages are kept")
    parser.add_argument("--port", type=int, default=9000, help="on 127.0.0.1")
    given = parser.parse_args()
    uvicorn.run(Receiver(Inbox(given.inbox), given.secrets).app, host="127.0.0.1", port=given.port)


if __name__ == "__main__":
    main()
