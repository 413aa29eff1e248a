"""The sink against a broker of the Kafka protocol: acknowledged, in order of its key, again after the broker was away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

import eperf_kafka
from eperf.plugins.service import Update
from eperf.testing import registry_of
from eperf_kafka.link import Link
from eperf_kafka.settings import KafkaSettings, Mechanism
from eperf_kafka.sink import Topic
from tests.support.certificates import Authority
from tests.support.kafka_cluster import NOT_ENOUGH_REPLICAS, Kafka

PREFIX = "EPERF_PLUGIN_KAFKA_"
AT = datetime(2026, 11, 24, 3, tzinfo=UTC)
PARTITIONS = 3
INVALID_RECORD = 87


def update(cursor: int, subject: int = 1, kind: str = "score.changed") -> Update:
    return Update(cursor, kind, 2, "Score", subject, 7, 3, AT, {"period": "2026-11", "score_h": cursor})


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kafka]:
    with Kafka() as running:
        running.topic("eperf.updates", PARTITIONS)
        monkeypatch.setenv(f"{PREFIX}SERVERS", running.url)
        monkeypatch.setenv(f"{PREFIX}SECONDS", "2")
        yield running


@pytest.fixture
async def sink(broker: Kafka) -> AsyncIterator[Topic]:
    link = Link()
    async with link.open():
        yield Topic(link)


async def records(broker: Kafka) -> list[Any]:
    """All that the topic holds, partition by partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.url, enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition("eperf.updates", number) for number in range(PARTITIONS)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        await consumer.seek_to_beginning(*places)
        found: list[Any] = []
        async with asyncio.timeout(20):
            while len(found) < sum(ends.values()):
                for some in (await consumer.getmany(timeout_ms=200)).values():
                    found += some
        return sorted(found, key=lambda one: (one.partition, one.offset))
    finally:
        await consumer.stop()


async def cursors(broker: Kafka) -> list[int]:
    return [int(json.loads(one.value)["cursor"]) for one in await records(broker)]


async def test_an_update_is_a_cloud_event_under_the_key_of_its_subject(broker: Kafka, sink: Topic) -> None:
    await sink.send([update(41)])
    [record] = await records(broker)
    said = json.loads(record.value)
    assert record.key == said["subject"].encode() == b"Score/U2NvcmU6MQ"
    assert dict(record.headers) == {
        "content-type": b"application/cloudevents+json; charset=utf-8",
        "id": said["id"].encode(),
    }
    assert (said["type"], said["sequence"]) == ("score.changed", "00000000000000000041")
    assert said["data"]["payload"] == {"period": "2026-11", "score_h": 41}


async def test_updates_of_a_subject_stay_in_order_and_lie_in_one_partition(
    broker: Kafka, sink: Topic
) -> None:
    for first in range(1, 301, 100):
        await sink.send([update(cursor, cursor % 5) for cursor in range(first, first + 100)])
    found = await records(broker)
    assert len({one.partition for one in found}) > 1
    for subject in range(5):
        mine = [one for one in found if json.loads(one.value)["data"]["payload"]["score_h"] % 5 == subject]
        assert len({one.partition for one in mine}) == 1
        assert [int(json.loads(one.value)["cursor"]) for one in mine] == [
            one for one in range(1, 301) if one % 5 == subject
        ]


async def test_what_is_sent_again_bears_its_id(broker: Kafka, sink: Topic) -> None:
    await sink.send([update(1)])
    await sink._link.close()  # as after a kill: nobody knows any more that it was taken
    await sink.send([update(1), update(2)])
    ids = [dict(one.headers)["id"] for one in await records(broker)]
    assert len(ids) == 3
    assert len(set(ids)) == 2


async def test_an_error_that_passes_costs_nothing_and_no_update_is_there_twice(
    broker: Kafka, sink: Topic
) -> None:
    await sink.send([update(1)])
    broker.refuse([NOT_ENOUGH_REPLICAS, NOT_ENOUGH_REPLICAS])
    await sink.send([update(2), update(3, 2)])
    assert sorted(await cursors(broker)) == [1, 2, 3]


async def test_one_that_does_not_pass_is_raised_and_what_is_sent_again_is_taken(
    broker: Kafka, sink: Topic
) -> None:
    broker.refuse([INVALID_RECORD])
    with pytest.raises(KafkaError):
        await sink.send([update(1), update(2)])
    await sink.send([update(1), update(2)])
    assert await cursors(broker) == [1, 2]


async def test_a_broker_that_was_away_is_met_again(broker: Kafka, sink: Topic) -> None:
    await sink.send([update(1)])
    broker.go()
    with pytest.raises(TimeoutError, match="no acknowledgement within 2 seconds"):
        async with asyncio.timeout(10):
            await sink.send([update(2), update(3, 2)])
    with pytest.raises((KafkaError, TimeoutError)):
        async with asyncio.timeout(10):
            await sink.send([update(2), update(3, 2)])
    await asyncio.sleep(0)
    assert not [task for task in asyncio.all_tasks() if "aiokafka" in repr(task.get_coro())]
    broker.come()
    await sink.send([update(2), update(3, 2)])
    assert sorted(await cursors(broker)) == [1, 2, 3]


async def test_only_the_kinds_that_are_wanted_are_sent(
    broker: Kafka, sink: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}KINDS", '["score.changed"]')
    await sink.send([update(1), update(2, kind="access.changed"), update(3)])
    assert await cursors(broker) == [1, 3]


async def test_a_start_does_not_wait_for_a_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVERS", "127.0.0.1:1")
    [lifespan] = registry_of("kafka", eperf_kafka).lifespans.values()
    async with asyncio.timeout(1), lifespan.part.opened():
        pass


def test_who_we_are_is_shown_as_the_brokers_ask(tmp_path: Any) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.issue("client")
    plain = KafkaSettings("a:9092, b:9092")
    assert (plain.addresses, plain.protocol, plain.context()) == (["a:9092", "b:9092"], "PLAINTEXT", None)
    named = KafkaSettings("a:9092", user="eperf", password="s3cret")
    assert (named.protocol, named.mechanism) == ("SASL_PLAINTEXT", Mechanism.SCRAM_SHA_512)
    both = KafkaSettings(
        "a:9092", user="eperf", password="s3cret", mechanism=Mechanism.PLAIN, tls=True, tls_ca=str(authority.path),
        tls_certificate=str(certificate), tls_key=str(key),
    )  # fmt: skip
    assert both.protocol == "SASL_SSL"
    context = both.context()
    assert context is not None
    assert context.check_hostname
    assert len(context.get_ca_certs()) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "EPERF_PLUGIN_KAFKA_SERVERS"),
        ({"SERVERS": ""}, "EPERF_PLUGIN_KAFKA_SERVERS"),
        ({"SERVERS": "kafka://a:9092"}, "EPERF_PLUGIN_KAFKA_SERVERS"),
        ({"SERVERS": "a"}, "EPERF_PLUGIN_KAFKA_SERVERS"),
        ({"TOPIC": "up dates"}, "EPERF_PLUGIN_KAFKA_TOPIC"),
        ({"USER": "eperf"}, "EPERF_PLUGIN_KAFKA_USER"),
        ({"USER": "eperf", "PASSWORD": "s3cret", "MECHANISM": "PLAIN"}, "EPERF_PLUGIN_KAFKA_MECHANISM"),
        ({"MECHANISM": "s3cret"}, "EPERF_PLUGIN_KAFKA_MECHANISM"),
        ({"TLS_CA": "ca.pem"}, "EPERF_PLUGIN_KAFKA_TLS"),
        ({"TLS": "true", "TLS_KEY": "key.pem"}, "EPERF_PLUGIN_KAFKA_TLS_CERTIFICATE"),
        ({"SECONDS": "60"}, "EPERF_PLUGIN_KAFKA_SECONDS"),
    ],
    ids=repr,
)
def test_what_is_wrong_in_the_settings_is_named_and_no_secret_is_shown(
    wrong: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"SERVERS": "127.0.0.1:9092"} | wrong if wrong else {}
    for name, value in given.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)
    with pytest.raises(Exception, match=said) as refused:
        registry_of("kafka", eperf_kafka)
    assert "s3cret" not in str(refused.value)
