"""The kit's receivers of webhooks, and what they have kept."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from standardwebhooks import Webhook

from tests.support.kit import Program
from tests.support.server import free_port

OLD = "whsec_" + "b2xk" * 32
"""The secret that they begin with."""


class Receiver:
    """One of them, and what it has kept."""

    def __init__(self, folder: Path, language: str) -> None:
        port = free_port()
        self.url, self.inbox, self.secrets = (
            f"http://127.0.0.1:{port}/",
            folder / "inbox.db",
            folder / "secrets",
        )
        self.secrets.write_text(OLD)
        arguments = ("--secrets", str(self.secrets), "--inbox", str(self.inbox), "--port", str(port))
        self.program = Program(folder, language, "receive", *arguments)

    def start(self) -> None:
        self.program.start()
        until(self._answers)

    def take(self, said: dict[str, Any], secret: str = OLD, **changes: str | bytes) -> httpx.Response:
        """Sends an event, signed now; `changes` are other headers, or another `body`."""
        body = json.dumps(said)
        now = datetime.now(UTC)
        headers = {
            "webhook-id": said["id"],
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(said["id"], now, body),
            "content-type": "application/cloudevents+json; charset=UTF-8",
        }
        content = changes.pop("body", body)
        return httpx.post(self.url, content=content, headers=headers | changes, timeout=30)  # type: ignore[arg-type]

    def seen(self) -> list[str]:
        """The cursors of what was worked off, in order."""
        return [row[0] for row in self._read("SELECT cursor FROM seen ORDER BY rowid")]

    def kept(self) -> set[str]:
        """The ids of all messages that it has."""
        return {row[0] for row in self._read("SELECT id FROM message")}

    def _read(self, statement: str) -> list[Any]:
        with closing(sqlite3.connect(self.inbox)) as file:
            return file.execute(statement).fetchall()

    def _answers(self) -> bool:
        assert self.program.runs(), self.program.said()
        try:
            return httpx.get(self.url, timeout=5).status_code in (404, 405)
        except httpx.TransportError:
            return False


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Waits."""
    last = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < last
        time.sleep(0.05)
