"""What operators are told is what is there: series, alerts, the dashboard and the events of the log."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from eperf.store.breaker import BreakerRow
from eperf.store.guest import JobRow, SinkRow
from tests.app.log_events import said
from tests.faults.workload import populate
from tests.support.database import opened, run
from tests.support.server import Server
from tests.support.town import NOW

DOCS = Path(__file__).parents[2] / "docs"
OPERATE, LOGS = (DOCS / "operate.md").read_text(), (DOCS / "logs.md").read_text()
ALERTS: list[dict[str, Any]] = yaml.safe_load((DOCS / "operate" / "alerts.yml").read_text())["groups"][0][
    "rules"
]
DASHBOARD: dict[str, Any] = json.loads((DOCS / "operate" / "dashboard.json").read_text())
_SERIES = re.compile(r"\b((?:eperf|process)_[a-z_]+)(?:\{([^}]*)\})?")
_DOCUMENTED = re.compile(r"`((?:eperf|process)_[a-z_]+)(?:\{([^}]*)\})?`")


def documented() -> dict[str, set[str]]:
    """The series in the table of the manual, each with its labels."""
    table = OPERATE[OPERATE.index("| series | what |") : OPERATE.index("## What each alert means")]
    return {
        name: set(filter(None, (labels or "").replace(" ", "").split(",")))
        for line in table.splitlines()
        for name, labels in _DOCUMENTED.findall(line.split("|")[1] if "|" in line else "")
    }


def expressions() -> list[str]:
    asked = [rule["expr"] for rule in ALERTS]
    return asked + [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


async def _something_of_everything(url: str) -> None:
    async with opened(url):
        await SinkRow.create(name="broker/all", cursor=0, failures=3)
        await JobRow.create(name="mail/daily", due_at=NOW.replace(year=2100), ended_at=NOW, cause="was away")
        await BreakerRow.create(
            unit_id=1, plugin="chaos", part="chaos/right", revision="1", state="open", failures=3, cause="x",
            retry_at=2**40,
        )  # fmt: skip


def measured(server: Server) -> dict[str, dict[frozenset[tuple[str, str]], float]]:
    with urllib.request.urlopen(f"{server.url}/metrics") as answer:
        text = answer.read().decode()
    found: dict[str, dict[frozenset[tuple[str, str]], float]] = {}
    for family in text_string_to_metric_families(text):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = {frozenset(sample.labels.items()): sample.value for sample in family.samples}
    return found


@pytest.fixture
def figures(
    database_url: str, serve: Callable[..., Server], tmp_path: Path
) -> dict[str, dict[frozenset[tuple[str, str]], float]]:
    populate(database_url)
    run(_something_of_everything(database_url))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "last-backup").touch()
    server = serve(database_url)
    return measured(server)


def test_every_series_is_documented_and_every_documented_one_is_there(
    figures: dict[str, dict[frozenset[tuple[str, str]], float]],
) -> None:
    table = documented()
    there = {name for name in figures if name.startswith("eperf_") and not name.endswith("_created")}
    assert there == {name for name in table if name.startswith("eperf_")}
    for name in there:
        labels = {label for sample in figures[name] for label, _ in sample} - {"le"}
        assert labels <= table[name], name
    assert {name for name in table if name.startswith("process_")} <= figures.keys()


def test_what_waits_is_counted(figures: dict[str, dict[frozenset[tuple[str, str]], float]]) -> None:
    def one(name: str, **labels: str) -> float:
        return figures[name][frozenset(labels.items())]

    assert one("eperf_database_up") == 1
    assert one("eperf_sink_failures", sink="broker/all") == 3
    assert one("eperf_job_failed", job="mail/daily") == 1
    assert one("eperf_job_ended_timestamp_seconds", job="mail/daily") == NOW.timestamp()
    assert one("eperf_breakers_open", plugin="chaos") == 1
    assert one("eperf_devices", state="active") == 1
    assert one("eperf_devices", state="silent") == 1
    assert one("eperf_data_free_bytes") > 0


def test_every_series_of_an_alert_or_a_panel_is_documented_with_its_labels() -> None:
    table = documented()
    for expression in expressions():
        for name, labels in _SERIES.findall(expression):
            base = name.removesuffix("_bucket")
            assert base in table, expression
            asked = set(re.findall(r"([a-z]+)\s*[=!]", labels)) - {"job", "instance"}
            assert asked <= table[base], expression
            words = set(
                filter(
                    None,
                    (
                        word.strip()
                        for found in re.findall(r"by \(([^)]*)\)", expression)
                        for word in found.split(",")
                    ),
                )
            )
            known = {
                label
                for one in _SERIES.findall(expression)
                for label in table[one[0].removesuffix("_bucket")]
            }
            assert words <= known | {"le", "instance", "job"}, expression


def test_every_alert_is_explained_and_nothing_else_is() -> None:
    names = [rule["alert"] for rule in ALERTS]
    assert len(names) == len(set(names))
    table = OPERATE[OPERATE.index("## What each alert means") : OPERATE.index("## Traces")]
    explained = [
        name
        for line in table.splitlines()
        for name in re.findall(r"`(Eperf[A-Za-z]+)`", line.split("|")[1] if line.startswith("| `") else "")
    ]
    assert sorted(explained) == sorted(names)
    for rule in ALERTS:
        assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("info", "warning", "critical")
        assert re.fullmatch(r"\d+[mh]", rule["for"])
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_the_dashboard_has_no_two_panels_in_one_place() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]
    assert len(places) == len(set(places))
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)


def test_every_event_of_the_log_is_documented_with_its_level_and_its_facts() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| ([a-z ]+) \|([^|]*)\| [^|]+ \|$", LOGS, re.MULTILINE)
    table = {
        event: (set(level.split(" or ")), set(re.findall(r"`([^`]+)`", facts)))
        for event, level, facts in rows
    }
    assert table == said()
    assert [event for event, _, _ in rows] == sorted(table)
