"""The sink against a nats-server: acknowledged, once by its id, in order, with who we are, and after it was away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nats
import pytest
from nats.js.api import StreamConfig
from nats.js.errors import APIError, NoStreamResponseError

import eperf_nats
from eperf.plugins.service import Update
from eperf.testing import registry_of
from eperf_nats.link import Link
from eperf_nats.sink import JetStream
from tests.support.certificates import Authority
from tests.support.nats_server import Nats

PREFIX = "EPERF_PLUGIN_NATS_"
AT = datetime(2026, 11, 24, 3, tzinfo=UTC)


def update(cursor: int, subject: int = 1, kind: str = "score.changed", employee: int | None = 3) -> Update:
    return Update(
        cursor, kind, 2, "Score", subject, 7, employee, AT, {"period": "2026-11", "score_h": cursor}
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nats]:
    with Nats(tmp_path_factory.mktemp("nats")) as running:
        yield running


class Stream:
    """What a stream holds."""

    def __init__(self, context: Any, name: str) -> None:
        self._context, self._name = context, name

    async def messages(self) -> list[Any]:
        state = (await self._context.stream_info(self._name)).state
        return [
            await self._context.get_msg(self._name, seq)
            for seq in range(state.first_seq, state.last_seq + 1)
            if state.messages
        ]

    async def cursors(self) -> list[int]:
        return [int(json.loads(one.data)["cursor"]) for one in await self.messages()]


@pytest.fixture
async def stream(server: Nats, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stream]:
    monkeypatch.setenv(f"{PREFIX}SERVERS", server.url)
    monkeypatch.setenv(f"{PREFIX}SECONDS", "2")
    client = await nats.connect(server.url)
    context = client.jetstream()
    await context.add_stream(StreamConfig(name="EPERF", subjects=["eperf.>"]))
    yield Stream(context, "EPERF")
    await context.delete_stream("EPERF")
    await client.close()


@pytest.fixture
async def sink() -> AsyncIterator[JetStream]:
    link = Link()
    async with link.open():
        yield JetStream(link)


async def test_an_update_is_a_cloud_event_under_its_unit_employee_and_kind(
    stream: Stream, sink: JetStream
) -> None:
    await sink.send([update(41), update(42, 2, "organisation.unit-changed", employee=None)])
    first, second = await stream.messages()
    assert first.subject == "eperf.VW5pdDo3.RW1wbG95ZWU6Mw.score.changed"
    assert second.subject == "eperf.VW5pdDo3.-.organisation.unit-changed"
    said = json.loads(first.data)
    assert first.headers["Nats-Msg-Id"] == said["id"]
    assert first.headers["Content-Type"] == "application/cloudevents+json; charset=utf-8"
    assert {name: said[name] for name in ("specversion", "source", "type", "subject", "time", "sequence")} == {
        "specversion": "1.0", "source": "/eperf/log", "type": "score.changed", "subject": "Score/U2NvcmU6MQ",
        "time": "2026-11-24T03:00:00Z", "sequence": "00000000000000000041",
    }  # fmt: skip
    assert said["data"] == {
        "cursor": "41", "kind": "score.changed", "version": 2, "occurredAt": "2026-11-24T03:00:00Z",
        "subject": {"__typename": "Score", "id": "U2NvcmU6MQ"}, "unit": {"id": "VW5pdDo3"},
        "employee": {"id": "RW1wbG95ZWU6Mw"}, "payload": {"period": "2026-11", "score_h": 41},
    }  # fmt: skip


async def test_what_is_sent_again_is_there_once(stream: Stream, sink: JetStream) -> None:
    portion = [update(cursor, cursor % 7) for cursor in range(1, 101)]
    await sink.send(portion[:60])
    await sink.send(portion)
    assert sorted(await stream.cursors()) == list(range(1, 101))


async def test_updates_of_a_subject_stay_in_order(stream: Stream, sink: JetStream) -> None:
    for first in range(1, 301, 100):
        await sink.send([update(cursor, cursor % 5) for cursor in range(first, first + 100)])
    found = await stream.cursors()
    for subject in range(5):
        assert [one for one in found if one % 5 == subject] == [
            one for one in range(1, 301) if one % 5 == subject
        ]


async def test_without_a_stream_that_takes_it_nothing_counts_as_sent(
    server: Nats, sink: JetStream, monkeypatch: pytest.MonkeyPatch, stream: Stream
) -> None:
    monkeypatch.setenv(f"{PREFIX}SUBJECTS", "nobody.listens")
    with pytest.raises(NoStreamResponseError):
        await sink.send([update(1)])
    monkeypatch.delenv(f"{PREFIX}SUBJECTS")
    monkeypatch.setenv(f"{PREFIX}STREAM", "OTHER")
    with pytest.raises(APIError):
        await sink.send([update(1)])
    monkeypatch.setenv(f"{PREFIX}STREAM", "EPERF")
    await sink.send([update(1)])
    assert await stream.cursors() == [1]


async def test_only_the_kinds_that_are_wanted_are_sent(
    stream: Stream, sink: JetStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}KINDS", '["score.changed"]')
    await sink.send([update(1), update(2, kind="access.changed"), update(3)])
    assert await stream.cursors() == [1, 3]


async def test_a_server_that_was_killed_is_met_again_with_what_it_had(
    stream: Stream, sink: JetStream, server: Nats
) -> None:
    await sink.send([update(1)])
    server.kill()
    with pytest.raises((OSError, nats.errors.Error)):
        async with asyncio.timeout(20):
            await sink.send([update(2), update(3, 2)])
    server.start()
    await sink.send([update(2), update(3, 2)])
    client = await nats.connect(server.url)
    try:
        assert sorted(await Stream(client.jetstream(), "EPERF").cursors()) == [1, 2, 3]
    finally:
        await client.close()


async def test_a_start_does_not_wait_for_a_server(monkeypatch: pytest.MonkeyPatch, server: Nats) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVERS", "nats://127.0.0.1:1")
    [lifespan] = registry_of("nats", eperf_nats).lifespans.values()
    async with asyncio.timeout(1), lifespan.part.opened():
        pass


async def test_who_we_are_is_shown_over_tls_and_never_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sink: JetStream
) -> None:
    authority = Authority(tmp_path)
    (certificate, key), (ours, our_key) = authority.issue("server"), authority.issue("client")
    more = f"""
    authorization {{ user: eperf, password: "s3cret-of-eperf" }}
    tls {{ cert_file: "{certificate}", key_file: "{key}", ca_file: "{authority.path}", verify: true }}
    """
    with Nats(tmp_path, more) as server:
        settings = {
            "SERVERS": server.url.replace("nats:", "tls:"), "USER": "eperf", "PASSWORD": "s3cret-of-eperf", "SECONDS": "3",
            "TLS_CA": str(authority.path), "TLS_CERTIFICATE": str(ours), "TLS_KEY": str(our_key),
        }  # fmt: skip
        for name, value in settings.items():
            monkeypatch.setenv(f"{PREFIX}{name}", value)
        client = await sink._link.client()
        await client.jetstream().add_stream(StreamConfig(name="EPERF", subjects=["eperf.>"]))
        await sink.send([update(1)])
        assert await Stream(client.jetstream(), "EPERF").cursors() == [1]
        await sink._link.close()
        for name, wrong in (("PASSWORD", "s3cret-of-others"), ("TLS_CA", "")):
            monkeypatch.setenv(f"{PREFIX}{name}", wrong)
            with pytest.raises((OSError, nats.errors.Error)) as refused:
                await sink.send([update(2)])
            assert "s3cret" not in repr(refused.value)
            monkeypatch.setenv(f"{PREFIX}{name}", settings[name])
        await sink.send([update(2)])


@pytest.mark.parametrize("said", [b'{"tls_required":false}', b"{}"])
async def test_who_takes_tls_away_on_the_way_gets_no_password(
    monkeypatch: pytest.MonkeyPatch, sink: JetStream, said: bytes
) -> None:
    heard = bytearray()

    async def between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"INFO " + said + b"\r\n")
        while piece := await reader.read(1000):
            heard.extend(piece)
            writer.write(b"PONG\r\n")
        writer.close()

    attacker = await asyncio.start_server(between, "127.0.0.1", 0)
    port = attacker.sockets[0].getsockname()[1]
    given = {"SERVERS": f"tls://127.0.0.1:{port}", "USER": "eperf", "PASSWORD": "s3cret", "SECONDS": "3"}
    for name, value in given.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)
    async with attacker:
        with pytest.raises(nats.errors.SecureConnWantedError):
            await sink.send([update(1)])
        await sink._link.close()
    assert heard == b""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "EPERF_PLUGIN_NATS_SERVERS"),
        ({"SERVERS": ""}, "EPERF_PLUGIN_NATS_SERVERS"),
        ({"SERVERS": "http://127.0.0.1:4222"}, "EPERF_PLUGIN_NATS_SERVERS"),
        ({"SERVERS": "nats://eperf:s3cret@127.0.0.1"}, "EPERF_PLUGIN_NATS_SERVERS"),
        ({"USER": "eperf"}, "EPERF_PLUGIN_NATS_USER"),
        ({"USER": "eperf", "PASSWORD": "s3cret", "TOKEN": "s3cret"}, "EPERF_PLUGIN_NATS_TOKEN"),
        ({"USER": "eperf", "PASSWORD": "s3cret"}, "EPERF_PLUGIN_NATS_SERVERS"),
        ({"TOKEN": "s3cret"}, "EPERF_PLUGIN_NATS_SERVERS"),
        ({"SUBJECTS": "eperf.*"}, "EPERF_PLUGIN_NATS_SUBJECTS"),
        ({"SOURCE": "two words"}, "EPERF_PLUGIN_NATS_SOURCE"),
        ({"TLS_KEY": "key.pem"}, "EPERF_PLUGIN_NATS_TLS_CERTIFICATE"),
        ({"SECONDS": "0"}, "EPERF_PLUGIN_NATS_SECONDS"),
    ],
    ids=repr,
)
def test_what_is_wrong_in_the_settings_is_named_and_no_secret_is_shown(
    wrong: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"SERVERS": "nats://127.0.0.1"} | wrong if wrong else {}
    for name, value in given.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)
    with pytest.raises(Exception, match=said) as refused:
        registry_of("nats", eperf_nats)
    assert "s3cret" not in str(refused.value)
