"""The kit's receivers of webhooks: only what eperf signed, each message once, kept before it is answered, in order."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from tests.support.kit import installed
from tests.support.receiver import OLD, Receiver, until

NEW, STRANGE = ("whsec_" + letter * 32 for letter in ("bmV3", "c3Ry"))


def event(cursor: int, subject: str = "Score/U2NvcmU6MQ", previous: int | None = None) -> dict[str, Any]:
    """An update as eperf's webhooks send it."""
    found = {
        "specversion": "1.0",
        "id": f"evt_{cursor}_5f3a",
        "source": "/eperf/log",
        "type": "score.changed",
        "subject": subject,
        "time": "2026-11-24T03:00:00Z",
        "datacontenttype": "application/json",
        "cursor": str(cursor),
        "sequence": f"{cursor:020}",
        "data": {"cursor": str(cursor), "kind": "score.changed"},
    }
    return found if previous is None else {**found, "previoussequence": f"{previous:020}"}


@pytest.fixture(params=["python", "javascript"])
def receiver(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Receiver]:
    made = Receiver(tmp_path, request.param)
    made.start()
    yield made
    made.program.kill()
    assert "Traceback" not in made.program.said()


def test_each_is_taken_once_and_those_of_a_subject_in_order(receiver: Receiver) -> None:
    other = "Score/U2NvcmU6Mg"
    assert receiver.take(event(7, previous=3)).status_code == 204  # before the one before it
    assert receiver.take(event(5, other)).status_code == 204
    until(lambda: receiver.seen() == ["5"])
    assert receiver.take(event(3)).status_code == 204
    assert receiver.take(event(3)).status_code == 204
    until(lambda: receiver.seen() == ["5", "3", "7"])
    assert receiver.take(event(7, previous=3)).status_code == 204
    assert receiver.take(event(9, previous=7)).status_code == 204
    until(lambda: receiver.seen() == ["5", "3", "7", "9"])
    assert receiver.program.said().count("came again") == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-signature": "v1,"},
        {"webhook-signature": "nothing"},
        {"webhook-signature": "v1,!!! v1a,e30= ,"},
        {"webhook-signature": "v2,e30="},
        {"webhook-id": "evt_8_other"},
        {"webhook-id": ""},
        {"webhook-timestamp": "NaN"},
        {"webhook-timestamp": "1e400"},
        {"webhook-timestamp": str(int((datetime.now(UTC) - timedelta(minutes=6)).timestamp()))},
        {"body": b'{"type": "score.changed", "id": "evt_8_5f3a"}'},
        {"body": b"\xff\xfe"},
        {"body": b""},
    ],
    # Not by the values: one is of the moment, and all workers must collect the same.
    ids=lambda changes: next(iter(changes)),
)
def test_what_eperf_did_not_sign_is_not_taken(changes: dict[str, Any], served: Receiver) -> None:
    assert served.take(event(8), **changes).status_code == 401
    assert served.kept() == set()


@pytest.fixture(scope="module", params=["python", "javascript"])
def served(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Receiver]:
    made = Receiver(tmp_path_factory.mktemp(request.param), request.param)
    made.start()
    yield made
    made.program.kill()
    assert "Traceback" not in made.program.said()


def test_another_secret_is_not_ours_and_an_old_message_signed_well_is_too_old(served: Receiver) -> None:
    assert served.take(event(8), STRANGE).status_code == 401
    body, before = json.dumps(event(8)), datetime.now(UTC) - timedelta(minutes=6)
    signature = Webhook(OLD).sign("evt_8_5f3a", before, body)
    stamp = str(int(before.timestamp()))
    answer = served.take(event(8), **{"webhook-timestamp": stamp, "webhook-signature": signature})
    assert answer.status_code == 401
    assert served.kept() == set()


def test_a_message_without_end_is_cut_off(served: Receiver) -> None:
    with suppress(httpx.TransportError):  # it may be cut off before it is through
        assert served.take(event(8), body=b"x" * (2 * 1024 * 1024)).status_code == 413
    assert served.kept() == set()


def test_a_rotation_needs_no_restart(receiver: Receiver) -> None:
    assert receiver.take(event(1), NEW).status_code == 401
    receiver.secrets.write_text(f"{OLD}\n{NEW}\n")
    assert receiver.take(event(1), NEW).status_code == 204
    receiver.secrets.write_text(f"{NEW}\n")
    assert receiver.take(event(2, previous=1), OLD).status_code == 401
    assert receiver.take(event(2, previous=1), NEW).status_code == 204
    until(lambda: receiver.seen() == ["1", "2"])


def test_an_address_is_verified_and_tried(receiver: Receiver) -> None:
    asked = {
        "specversion": "1.0",
        "id": "probe_1_ab",
        "source": "/eperf/log",
        "subject": "Webhook/V2ViaG9vazox",
    }
    answer = receiver.take({**asked, "type": "webhook.verification", "data": {"challenge": "a-b_c"}})
    assert (answer.status_code, answer.text) == (200, "a-b_c")
    assert receiver.take({**asked, "type": "webhook.test", "data": {"test": True}}).status_code == 204
    assert receiver.kept() == set()


def test_what_was_answered_is_there_after_kill_9(receiver: Receiver) -> None:
    before = 0
    for cursor in range(1, 31):
        assert receiver.take(event(cursor, previous=before or None)).status_code == 204
        before = cursor
        if cursor % 10 == 0:
            receiver.program.kill()
            receiver.start()
    until(lambda: len(receiver.seen()) >= 30)
    assert receiver.seen() == [str(cursor) for cursor in range(1, 31)]


PATIENCE = {
    "python": """
import json, sys
from inbox import PATIENCE, Inbox, see
box, given = Inbox(sys.argv[1]), json.loads(sys.argv[2])
said = []
for at, event in given:
    if event is not None:
        box.keep(event["id"], event, now=at * PATIENCE)
    said.append(box.work_off(see, now=at * PATIENCE))
print(json.dumps([said, box.gaps()]))
""",
    "javascript": """
import { Inbox, PATIENCE } from './inbox.mjs';
const [path, given] = [process.argv[2], JSON.parse(process.argv[3])];
const box = new Inbox(path);
const said = given.map(([at, event]) => {
  if (event !== null) box.keep(event.id, event, at * PATIENCE);
  return box.workOff((kept, one, late) => kept.see(one, late), at * PATIENCE);
});
console.log(JSON.stringify([said, box.gaps()]));
""",
}


@pytest.mark.parametrize("language", PATIENCE)
def test_a_gap_is_waited_for_then_told_and_what_comes_late_is_handed_over_as_late(
    tmp_path: Path, language: str
) -> None:
    command, copy = installed(tmp_path, language)
    script = Path(copy) / ("patience.mjs" if language == "javascript" else "patience.py")
    script.write_text(PATIENCE[language])
    steps = [(1, event(3)), (1, event(9, previous=7)), (1.9, None), (2, None), (2, event(7, previous=3))]
    arguments = [command, str(script), str(tmp_path / "inbox.db"), json.dumps(steps)]
    environment = {**os.environ, "NODE_NO_WARNINGS": "1"}
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, env=environment)
    assert json.loads(done.stdout) == [[1, 0, 0, 1, 1], ["evt_9_5f3a"]]
    with closing(sqlite3.connect(tmp_path / "inbox.db")) as file:
        assert file.execute("SELECT cursor, late FROM seen").fetchall() == [("3", 0), ("9", 0), ("7", 1)]
        assert file.execute("SELECT done FROM message WHERE id = 'evt_7_5f3a'").fetchone() == ("late",)
