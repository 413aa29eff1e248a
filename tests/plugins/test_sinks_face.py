"""What sinks are written with: one form for every way out, and the order that has to hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pytest

from eperf.plugins import BadInput, Secret
from eperf.plugins.service import Update, by_subject, cloud_event, settings_of_installation
from eperf.schema.ids import parsed

AT = datetime(2026, 11, 24, 10, 0, 0, 5, tzinfo=timezone(timedelta(hours=7)))


def update(cursor: int, subject: int = 1, unit: int | None = None) -> Update:
    return Update(cursor, "score.changed", 1, "Score", subject, unit, None, AT, {"period": "2026-11"})


def test_an_event_is_called_the_same_whenever_it_is_made_and_otherwise_than_any_other() -> None:
    first = cloud_event(update(7))
    assert first == cloud_event(update(7))
    assert first["time"] == first["data"]["occurredAt"] == "2026-11-24T03:00:00.000005Z"
    # A restored log gives numbers again, to what happens at another instant.
    later = Update(7, "score.changed", 1, "Score", 1, None, None, AT + timedelta(microseconds=1), {})
    assert len({cloud_event(one)["id"] for one in (update(7), update(8), later)}) == 3
    assert (
        cloud_event(update(7), "https://kinerja.example.go.id")["source"] == "https://kinerja.example.go.id"
    )


def test_its_sequence_sorts_as_a_text_like_the_log() -> None:
    cursors = [1, 9, 10, 99, 2**63 - 1]
    assert sorted(cloud_event(update(one))["sequence"] for one in reversed(cursors)) == [
        f"{one:020}" for one in cursors
    ]


def test_things_are_named_as_by_the_api() -> None:
    said = cloud_event(update(1, 42, unit=7))
    assert parsed(said["data"]["subject"]["id"]) == ("Score", 42)
    assert parsed(said["data"]["unit"]["id"]) == ("Unit", 7)
    assert said["data"]["employee"] is None
    assert said["subject"] == f"Score/{said['data']['subject']['id']}"


def test_updates_of_a_subject_keep_their_order() -> None:
    given = [update(cursor, cursor % 3) for cursor in range(1, 8)]
    assert [[one.cursor for one in some] for some in by_subject(given)] == [[1, 4, 7], [2, 5], [3, 6]]


@dataclass(frozen=True)
class Settings:
    """Of a broker."""

    address: str
    password: Secret = ""


def test_settings_are_read_where_they_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput) as refused:
        settings_of_installation("kota-raya", Settings)
    assert refused.value.field == "EPERF_PLUGIN_KOTA_RAYA_ADDRESS"
    monkeypatch.setenv("EPERF_PLUGIN_KOTA_RAYA_ADDRESS", "nats://broker")
    monkeypatch.setenv("EPERF_PLUGIN_KOTA_RAYA_PASSWORD", "0123")
    assert settings_of_installation("kota-raya", Settings) == Settings("nats://broker", "0123")
