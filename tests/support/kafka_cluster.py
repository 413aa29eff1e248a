"""A broker of the Kafka protocol for tests: the one that librdkafka carries for its own, in Confluent's wheel.

It speaks the published protocol over real connections, to any client: versions, metadata, producer ids, sequences of idempotent
producers, records, fetches. It keeps what it was sent in memory. It can be away and come back on its port, and answer with
errors. No wheel carries Apache Kafka's own server, which is in Java.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import confluent_kafka

_PRODUCER = 0
_PRODUCE = 0
NOT_ENOUGH_REPLICAS = 19


def _library() -> Any:
    folder = Path(confluent_kafka.__file__).parents[1] / "confluent_kafka.libs"
    library = ctypes.CDLL(str(next(folder.glob("librdkafka-*.so*"))))
    for name in ("rd_kafka_new", "rd_kafka_conf_new", "rd_kafka_mock_cluster_new"):
        getattr(library, name).restype = ctypes.c_void_p
    library.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
    return library


class Kafka:
    """One broker; begins when it is entered, and ends with it."""

    def __enter__(self) -> Self:
        self._library, said = _library(), ctypes.create_string_buffer(512)
        made = self._library.rd_kafka_new(_PRODUCER, None, said, ctypes.c_size_t(len(said)))
        assert made, said.value
        self._owner = ctypes.c_void_p(made)
        self._cluster = ctypes.c_void_p(self._library.rd_kafka_mock_cluster_new(self._owner, 1))
        self.url = self._library.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()
        return self

    def __exit__(self, *_: object) -> None:
        self._library.rd_kafka_mock_cluster_destroy(self._cluster)
        self._library.rd_kafka_destroy(self._owner)

    def topic(self, name: str, partitions: int) -> None:
        """Makes a topic."""
        assert not self._library.rd_kafka_mock_topic_create(self._cluster, name.encode(), partitions, 1)

    def go(self) -> None:
        """Cuts every connection and takes none."""
        assert not self._library.rd_kafka_mock_broker_set_down(self._cluster, 1)

    def come(self) -> None:
        """Takes connections again, and knows what it knew."""
        assert not self._library.rd_kafka_mock_broker_set_up(self._cluster, 1)

    def refuse(self, errors: Sequence[int]) -> None:
        """Answers the next requests to produce with these errors of the protocol."""
        given = (ctypes.c_int * len(errors))(*errors)
        self._library.rd_kafka_mock_push_request_errors_array(
            self._cluster, ctypes.c_int16(_PRODUCE), ctypes.c_size_t(len(errors)), given
        )
