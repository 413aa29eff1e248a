"""Every part of the bench of subscriptions on a handful of subscribers: everybody hears what is theirs, once."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.bench.test_scoring import run
from tests.support.database import KIND


@pytest.mark.database
@pytest.mark.skipif(KIND == "sqlite", reason="events come from a second process")
@pytest.mark.timeout(300)
def test_everybody_hears_what_is_theirs_live_after_a_restart_and_after_a_minute_of_silence(
    tmp_path: Path,
) -> None:
    folders = ("--cache", str(tmp_path / "towns"), "--results", str(tmp_path / "results"))
    out = run("bench.subscriptions", "--quick", "--parts", "fan", "storm", "stopped", *folders)
    (kept,) = (tmp_path / "results").glob("*.json")
    found = json.loads(kept.read_text())
    assert kept.with_suffix(".md").read_text() in out
    assert len(found["turns"]) == 4
    none = {"missing": 0, "doubled": 0, "strange": 0, "disordered": 0, "subscribers": 0}
    for name, (turn,) in found["turns"].items():
        assert turn["delivered"] > 0, name
        assert turn["ended"] == 0, name
        assert turn["faults"] in (none, None), name
    (asked,) = found["turns"]["eperf, 60 at 102/s"]
    assert asked["faults"] == none
    assert 0 < asked["numbered_p50_ms"] < asked["p99_ms"]
    (storm,) = found["storm"]
    assert storm["faults"] == none
    assert storm["missed"] > 0
    assert sum(storm["closings"].values()) == 60
    (stopped,) = found["stopped"]
    assert stopped["faults"] == stopped["others_faults"] == none


@pytest.mark.database
@pytest.mark.timeout(240)
def test_a_log_is_replayed_whole_to_one_and_to_several(tmp_path: Path) -> None:
    folders = ("--cache", str(tmp_path / "towns"), "--results", str(tmp_path / "results"))
    run("bench.subscriptions", "--quick", "--parts", "replay", "--database", KIND, *folders)
    (kept,) = (tmp_path / "results").glob("*.json")
    replays = json.loads(kept.read_text())["replay"]
    assert [(one["readers"], one["events_each"]) for one in replays] == [
        (1, 2000), (3, 200), (1, 40), (3, 4),
    ]  # fmt: skip
    assert all(one["wrong"] == 0 and one["per_second"] > 0 for one in replays)


@pytest.mark.database
@pytest.mark.skipif(KIND == "sqlite", reason="events come from a second process")
@pytest.mark.skipif(find_spec("eperf.app.webhooks") is None, reason="there are no webhooks in this tree")
@pytest.mark.timeout(300)
def test_good_receivers_get_every_update_beside_one_that_hangs(tmp_path: Path) -> None:
    folders = ("--cache", str(tmp_path / "towns"), "--results", str(tmp_path / "results"))
    run("bench.webhooks", "--quick", "--good", "3", "--flood", "20", *folders)
    (kept,) = (tmp_path / "results").glob("*.json")
    turns = json.loads(kept.read_text())["turns"]
    assert set(turns) == {"alone", "beside one that hangs", "flood"}
    for name, (turn,) in turns.items():
        assert (turn["missing"], turn["again"]) == (0, 0), name
        assert turn["delivered"] > 0, name
