"""Closed months, appeals and adjusting entries to them, and trials of rules."""

from __future__ import annotations

from datetime import timedelta

from eperf.domain.appeal import AppealState
from tests.support.random_town import marker
from tests.support.random_town.making import Making
from tests.support.random_town.names import RESULTS
from tests.support.random_town.rows import Row
from tests.support.random_town.work import MONTHS, _leaf

_MINUTES = 60 * 24 * 80


def months(make: Making) -> None:
    """Months of some units, closed or about to be."""
    units = list(make.tables["unit"])
    for unit in make.rng.sample(units, max(1, len(units) // 3)):
        for month in make.rng.sample(MONTHS, make.rng.randint(1, len(MONTHS))):
            row = make.row("closing", lambda n, u=unit, m=month: _closing(make, n, u, m))
            if row["state"] == "closed":
                make.row("frozen_month", lambda n, r=row: _frozen(make, n, r))


def _closing(make: Making, n: int, unit: int, month: str) -> Row:
    done = make.rng.random() < 0.7
    return {
        "unit_id": unit, "period": month, "state": "closed" if done else "closing",
        "reason": make.maybe(marker.text(n, "Sudah diperiksa"), 0.3), "held": None,
        "asked_at": marker.instant(n, make.rng.randrange(_MINUTES)), "asked_by_id": None,
        "closed_at": marker.instant(n, make.rng.randrange(_MINUTES)) if done else None,
        "people": marker.integer(n), "provisional": 0, "version": make.rng.randint(1, 4),
    }  # fmt: skip


def _frozen(make: Making, n: int, closing: Row) -> Row:
    return {
        "unit_id": closing["unit_id"], "period": closing["period"], "closing_id": closing["id"],
        "frozen_at": marker.instant(n, make.rng.randrange(_MINUTES)), "people": marker.integer(n), "provisional": 0,
        "sha256": marker.text(n), "input_digest": f"sha256:{n}", "scheme": "eperf/points", "scheme_version": "1.0",
        "scheme_revision": "1", "settings": {}, "settings_digest": marker.text(n),
        "appeal_until": make.maybe(make.today + timedelta(days=7)),
    }  # fmt: skip


def appeals(make: Making) -> None:
    """Appeals in every state, some of which cite files of who raised them."""
    accounts = {row["id"]: row["employee_id"] for row in make.tables["account"].values()}
    for person in list(make.employees()):
        own = [row for row in make.tables["file"].values() if accounts[row["account_id"]] == person["id"]]
        scores = [row for row in make.tables["score"].values() if row["employee_id"] == person["id"]]
        for _ in range(make.rng.randint(0, 2) if scores else 0):
            made = make.row("appeal", lambda n, p=person: an_appeal(make, n, p))
            for link in ("appeal_file", "appeal_answer_file"):
                for file in make.rng.sample(own, make.rng.randint(0, len(own))):
                    make.row(link, lambda _, a=made, f=file: {"appeal_id": a["id"], "file_id": f["id"]})


def an_appeal(make: Making, n: int, person: Row) -> Row:
    """An appeal against a leaf of a score of the person, or of anybody's who has none."""
    rng = make.rng
    score = rng.choice(_scores(make, person))
    decided = rng.random() < 0.5
    return {
        "employee_id": person["id"], "unit_id": score["unit_id"], "score_id": score["id"], "period": score["period"],
        "leaf": rng.randrange(3), "leaf_before": _leaf(make, n, person),
        "leaf_after": make.maybe(_leaf(make, n, person), 0.3), "before_h": make.maybe(marker.integer(n)),
        "after_h": make.maybe(marker.integer(n), 0.3), "reason": marker.text(n, rng.choice(RESULTS)),
        "state": rng.choice(list(AppealState)).value, "raised_at": marker.instant(n, rng.randrange(_MINUTES)),
        "raise_until": make.maybe(make.today), "answer_until": make.today + timedelta(days=9),
        "decided_at": marker.instant(n, rng.randrange(_MINUTES)) if decided else None,
        "decided_by_id": make.some("employee")["id"] if decided else None,
        "decision_note": make.maybe(marker.text(n, rng.choice(RESULTS)), 0.4), "settled_at": None,
        "version": rng.randint(1, 4),
    }  # fmt: skip


def _scores(make: Making, person: Row) -> list[Row]:
    """Scores of the town's own months: those that are added behind somebody's back may be taken away again."""
    everyones = [row for row in make.tables["score"].values() if row["period"] in MONTHS]
    return [row for row in everyones if row["employee_id"] == person["id"]] or everyones


def adjustments(make: Making) -> None:
    """Entries to closed months."""
    for person in list(make.employees()):
        for _ in range(make.rng.choice((0, 0, 1, 2))):
            make.row("adjustment", lambda n, p=person: an_adjustment(make, n, p))


def an_adjustment(make: Making, n: int, person: Row) -> Row:
    """An adjusting entry."""
    rng = make.rng
    own = [row for row in _scores(make, person) if row["employee_id"] == person["id"]]
    score = rng.choice(own) if own else None
    unit = score["unit_id"] if score else person["unit_id"]
    activity = [row["id"] for row in make.tables["activity"].values() if row["employee_id"] == person["id"]]
    cause = (
        {"kind": "activity", "id": str(rng.choice(activity))}
        if activity
        else {"kind": "day", "id": "2026-11-02"}
    )
    return {
        "employee_id": person["id"], "unit_id": unit, "score_id": score["id"] if score else None,
        "period": score["period"] if score else rng.choice(MONTHS), "before_h": make.maybe(marker.integer(n)),
        "after_h": marker.integer(n), "difference_h": marker.integer(n),
        "causes": [{**cause, "change": "changed", "event": make.maybe("activity.verified"), "at": None}],
        "caused_by_id": make.maybe(make.some("employee")["id"], 0.4), "appeal_id": None,
        "recorded_at": marker.instant(n, rng.randrange(_MINUTES)), "scheme": "eperf/points", "scheme_version": "1.0",
        "scheme_revision": "1", "settings": {}, "settings_digest": marker.text(n), "input_digest": f"sha256:{n}",
        "breakdown": [_leaf(make, n, person) for _ in range(rng.randint(0, 3))], "sha256": marker.text(n),
    }  # fmt: skip


def trials(make: Making) -> None:
    """Trials of rules, and what they would move."""
    for _ in range(6):
        trial = make.row("what_if", lambda n: a_trial(make, n, make.some("unit")["id"]))
        if trial["state"] == "done":
            for person in make.rng.sample(list(make.employees()), 12):
                make.row("what_if_move", lambda n, t=trial, p=person: _move(make, n, t, p))


def a_trial(make: Making, n: int, unit: int) -> Row:
    """A trial of a rule."""
    done = make.rng.random() < 0.8
    stages = [["work", marker.integer(n)]]
    summary = {
        "people": marker.integer(n), "up": 1, "down": 2, "same": 3, "provisional": 0, "overtaken": 4,
        "sum_before_h": marker.integer(n), "sum_after_h": marker.integer(n), "bands": [[0, 1, 2]], "stages": stages,
    }  # fmt: skip
    return {
        "unit_id": unit, "scheme": make.maybe(marker.text(n, "eperf/part")),
        "settings": make.rng.choice(({}, {"target": marker.text(n)})), "first_month": "2026-10", "last_month": "2026-11",
        "bands": [6000, 9000], "state": "done" if done else "waiting", "cause": None, "account_id": None,
        "asked_at": marker.instant(n, make.rng.randrange(_MINUTES)), "done_at": None,
        "summary": summary if done else None, "stale": 0,
    }  # fmt: skip


def _move(make: Making, n: int, trial: Row, person: Row) -> Row:
    return {
        "trial_id": trial["id"], "employee_id": person["id"], "unit_id": person["unit_id"], "period": "2026-10",
        "before_h": marker.integer(n), "after_h": marker.integer(n), "delta_h": marker.integer(n),
        "size_h": marker.integer(n), "state": "final", "cause": None, "rank_before": 1, "rank_after": 2,
        "band_before": 0, "band_after": 1, "stage": "work", "stage_delta_h": marker.integer(n),
    }  # fmt: skip
