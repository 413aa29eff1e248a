"""A served town with both brokers' sinks: one broker is away, the other is killed, the server too; nothing is lost."""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import nats
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from nats.js.api import StreamConfig

from eperf.schema.ids import global_id
from eperf.store.event import EventRow
from eperf.store.guest import SinkRow
from tests.support.database import opened, run
from tests.support.kafka_cluster import Kafka
from tests.support.nats_server import Nats
from tests.support.restarts import followed_town, report_through_restarts
from tests.support.server import Server

CONTRIB = Path(__file__).parents[2] / "plugins_contrib"
RESTARTS = 2
PARTITIONS = 3
NATS, KAFKA = "nats/jetstream", "kafka/topic"


def installed(site: Path) -> str:
    """Both distributions as a machine has them installed; gives the path on which they and eperf are found."""
    for name in ("kafka", "nats"):
        told = site / f"eperf_{name}-0.1.0.dist-info"
        told.mkdir(parents=True)
        (told / "METADATA").write_text(
            f"Metadata-Version: 2.4\nName: eperf-{name}\nVersion: 0.1.0\nRequires-Dist: eperf<0.2,>=0.1\n"
        )
        (told / "entry_points.txt").write_text(f"[eperf]\n{name} = eperf_{name}\n")
    here = [str(site), *(str(CONTRIB / f"eperf-{name}") for name in ("kafka", "nats")), str(CONTRIB.parent)]
    return os.pathsep.join([*here, *os.environ.get("PYTHONPATH", "").split(os.pathsep)])


@pytest.fixture
def brokers(tmp_path: Path) -> Iterator[tuple[Nats, Kafka]]:
    with Nats(tmp_path) as nats_server, Kafka() as kafka:
        kafka.topic("eperf.updates", PARTITIONS)
        asyncio.run(_stream(nats_server))
        yield nats_server, kafka


async def _stream(server: Nats) -> None:
    client = await nats.connect(server.url)
    await client.jetstream().add_stream(StreamConfig(name="EPERF", subjects=["eperf.>"]))
    await client.close()


async def published(server: Nats) -> list[dict[str, Any]]:
    """The events in the stream, in its order."""
    client = await nats.connect(server.url)
    try:
        context = client.jetstream()
        last = (await context.stream_info("EPERF")).state.last_seq
        return [json.loads((await context.get_msg("EPERF", seq)).data) for seq in range(1, last + 1)]
    finally:
        await client.close()


async def produced(broker: Kafka) -> list[dict[str, Any]]:
    """The events in the topic, partition by partition in their order."""
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.url, enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition("eperf.updates", number) for number in range(PARTITIONS)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        await consumer.seek_to_beginning(*places)
        found: list[Any] = []
        async with asyncio.timeout(30):
            while len(found) < sum(ends.values()):
                for some in (await consumer.getmany(timeout_ms=200)).values():
                    found += some
        return [json.loads(one.value) for one in sorted(found, key=lambda one: (one.partition, one.offset))]
    finally:
        await consumer.stop()


def committed(url: str) -> dict[str, str]:
    """The subject of every committed update, by cursor."""

    async def look() -> dict[str, str]:
        async with opened(url):
            assert not await EventRow.filter(cursor=None).exists()
            rows = await EventRow.all().order_by("cursor")
            return {
                str(row.cursor): f"{row.subject_type}/{global_id(row.subject_type, row.subject_id)}"
                for row in rows
            }

    return run(look())


def sinks(url: str) -> dict[str, SinkRow]:
    """How far each has got."""

    async def look() -> dict[str, SinkRow]:
        async with opened(url):
            return {row.name: row for row in await SinkRow.all()}

    return run(look())


def forget_waits(url: str) -> None:
    """As if the time of the next try had come."""

    async def forget() -> None:
        async with opened(url):
            await SinkRow.all().update(retry_at=None)

    run(forget())


async def until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Waits."""
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(true):
            await asyncio.sleep(0.2)


@pytest.mark.fault
@pytest.mark.timeout(600)
async def test_every_committed_update_reaches_both_brokers_whatever_is_away(
    database_url: str, serve: Callable[..., Server], brokers: tuple[Nats, Kafka], tmp_path: Path
) -> None:
    nats_server, kafka = brokers
    town = followed_town(database_url)
    kafka.go()  # away from the start
    server = serve(
        database_url,
        {
            "EPERF_REQUESTS_PER_MINUTE": "1000000",
            "EPERF_PLUGINS_STRICT": "true",
            "EPERF_PLUGIN_NATS_SERVERS": nats_server.url,
            "EPERF_PLUGIN_NATS_SECONDS": "2",
            "EPERF_PLUGIN_KAFKA_SERVERS": kafka.url,
            "EPERF_PLUGIN_KAFKA_SECONDS": "2",
            "PYTHONPATH": installed(tmp_path / "site"),
        },
    )
    await until(lambda: {NATS, KAFKA} <= set(sinks(database_url)))
    since = {name: row.cursor for name, row in sinks(database_url).items()}
    turns: list[int] = []

    def between() -> int:
        """Before each time that the server goes: NATS is killed, then it comes again."""
        turns.append(len(turns))
        if turns[-1] == 0:
            nats_server.kill()
        elif turns[-1] == 1:
            nats_server.start()
        return RESTARTS + 1

    await report_through_restarts(server, town, RESTARTS, between)
    # Kafka is away all the time, and keeps up nobody.
    await until(lambda: sinks(database_url)[NATS].cursor > sinks(database_url)[KAFKA].cursor + 20)
    stuck = sinks(database_url)[KAFKA]
    assert stuck.failures > 0
    assert "Kafka" in stuck.cause or "acknowledgement" in stuck.cause

    kafka.come()
    server.kill()
    forget_waits(database_url)
    server.start()
    await until(lambda: len({row.cursor for row in sinks(database_url).values()}) == 1)
    server.terminate()
    log = await asyncio.to_thread(committed, database_url)
    _require(log, since[NATS], await published(nats_server), at_most=1)
    _require(log, since[KAFKA], await produced(kafka), at_most=5)
    assert "Traceback" not in server.last_words()


def _require(log: dict[str, str], since: int, events: Sequence[dict[str, Any]], at_most: int) -> None:
    """From the first one on everything committed is there, under one id each, and first in order of its subject.

    `since`: what was committed when the sink had been seen; it cannot have begun later.
    """
    times = Counter(one["cursor"] for one in events)
    begun = min(map(int, times))
    assert begun <= since + 1
    expected = {cursor: subject for cursor, subject in log.items() if int(cursor) >= begun}
    assert set(expected) - set(times) == set()
    assert set(times) - set(expected) == set()
    assert max(times.values()) <= at_most
    assert len({one["id"] for one in events}) == len(times)
    first = {one["cursor"]: one["subject"] for one in events}
    assert first == expected
    for subject in set(expected.values()):
        mine = [cursor for cursor in first if first[cursor] == subject]
        assert mine == sorted(mine, key=int), subject
