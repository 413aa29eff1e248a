"""What people leave behind: days, clock records, activities with evidence, scores; and what units set up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from eperf.domain.activity import ActivityState, Step
from eperf.services.parts import Slot
from tests.support.random_town import marker
from tests.support.random_town.making import Making
from tests.support.random_town.names import RESULTS, STATUSES
from tests.support.random_town.rows import Row

MONTHS = ("2026-09", "2026-10", "2026-11")
_MINUTES = 60 * 24 * 80


def catalogue(make: Making) -> None:
    """Items; some of one code in several units, some no longer or not yet in force."""
    codes = [f"c{index}" for index in range(6)]
    seen = set()
    for _ in range(14):
        unit, code = make.some("unit")["id"], make.rng.choice(codes)
        if (unit, code) not in seen:
            seen.add((unit, code))
            make.row("catalogue_item", lambda n, unit=unit, code=code: _item(make, n, unit, code))


def _item(make: Making, n: int, unit: int, code: str) -> Row:
    begin, end = make.rng.choice(((-500, None), (-500, 60), (-500, -10), (10, None)))
    return {
        "unit_id": unit,
        "code": code,
        "name": marker.text(n, "Membuat"),
        "per": "report",
        "unit_size_h": make.rng.choice((100, 50, 1, 100_000)),
        "points_per_unit_h": marker.integer(n),
        "norm_min": make.maybe(marker.integer(n)),
        "fraction_policy": make.rng.choice(("proportional", "whole_units")),
        "valid_from": make.today + timedelta(days=begin),
        "valid_to": None if end is None else make.today + timedelta(days=end),
        "least_min": make.rng.choice((None, 0, marker.integer(n))),
        "most_min": make.maybe(marker.integer(n)),
        "positions": make.rng.choice((None, ["class:7", "kind:implementer"], [f"code:{marker.text(n)}"])),
        "evidence": make.rng.choice((None, ["photo"], ["pdf", "link"])),
        "evidence_bytes": make.rng.choice((None, marker.integer(n))),
    }


def deadlines(make: Making) -> None:
    """The deadlines of some units, some of them later ones."""
    seen = set()
    for _ in range(8):
        unit, back = make.some("unit")["id"], make.rng.choice((-5, 20, 60, 400))
        if (unit, back) not in seen:
            seen.add((unit, back))
            make.row("deadline_rule", lambda n, unit=unit, back=back: a_rule(make, n, unit, back))


def a_rule(make: Making, n: int, unit: int, back: int) -> Row:
    """The deadlines of a unit."""
    counted = make.rng.choice((None, "day", "month_end"))
    verify = make.rng.choice((None, 0, 3))
    return {
        "unit_id": unit,
        "valid_from": make.today - timedelta(days=back),
        "legal_basis": marker.text(n, "Perwal"),
        "counted_from": counted,
        "report_until_min": make.rng.choice((960, 1440, 4320)) if counted else None,
        "mend_days": make.rng.choice((None, 0, 3)),
        "verify_days": verify,
        "silence": "nothing" if verify is None else make.rng.choice(("nothing", "lapse", "escalate")),
        "withdraw_days": make.rng.choice((None, 0, 5)),
        "recorded_at": marker.instant(n, make.rng.randrange(_MINUTES)),
        "recorded_by_id": None,
    }


def machines(make: Making) -> None:
    """Machines, one of them nobody's, and clock records, some of them nobody's."""
    for index in range(8):
        unit = None if index == 0 else make.some("unit")["id"]
        device = make.row("device", lambda n, unit=unit: a_device(make, n, unit))["id"]
        for table, one in OF_MACHINES.items():
            for _ in range(make.rng.randint(0, 3)):
                make.row(table, lambda n, one=one, device=device: one(make, n, device))
    for person in list(make.employees()):
        for _ in range(make.rng.randint(0, 5)):
            make.row("punch", lambda n, person=person: a_punch(make, n, person))


def a_device(make: Making, n: int, unit: int | None) -> Row:
    """A machine."""
    return {
        "serial": marker.text(n),
        "name": marker.text(n, "Pintu"),
        "source": "eperf/adms-push",
        "unit_id": unit,
        "state": "inactive" if unit is None else "active",
        "stamps": {},
        "facts": make.rng.choice(({}, {"firmware": marker.text(n, "Ver")}, {"other": "1"})),
        "last_seen_at": make.maybe(marker.instant(n, make.rng.randrange(_MINUTES))),
        "drift_sec": make.maybe(make.rng.choice((-40, 0, marker.integer(n)))),
        "drift_samples": make.maybe([1] * make.rng.randint(0, 31)),
        "kept": marker.integer(n),
    }


def a_command(make: Making, n: int, device: int) -> Row:
    """A command to a machine."""
    state = make.rng.choice(("waiting", "sent", "done", "failed", "unanswered"))
    ended = state in ("done", "failed")
    return {
        "device_id": device,
        "kind": make.rng.choice(("info", "check", "put_user")),
        "text": marker.text(n, "INFO"),
        "state": state,
        "account_id": None,
        "asked_at": marker.instant(n, make.rng.randrange(_MINUTES)),
        "sent_at": None if state == "waiting" else marker.instant(n, make.rng.randrange(_MINUTES)),
        "times_sent": 0 if state == "waiting" else marker.integer(n),
        "ended_at": marker.instant(n, make.rng.randrange(_MINUTES)) if ended else None,
        "return_code": make.maybe(-marker.integer(n)) if ended else None,
        "meaning": marker.text(n) if ended else None,
    }


def a_clock_error(make: Making, n: int, device: int) -> Row:
    """What was told of a machine's clock."""
    begin = marker.instant(n, make.rng.randrange(_MINUTES))
    return {
        "device_id": device,
        "begins": begin,
        "ends": make.maybe(begin + timedelta(days=3)),
        "ahead_sec": make.rng.choice((1, -1)) * marker.integer(n),
        "reason": marker.text(n, "jam"),
        "account_id": None,
        "told_at": begin + timedelta(days=9),
        "punches": marker.integer(n),
    }


def an_unread_line(make: Making, n: int, device: int) -> Row:
    """A line of a machine that is no record."""
    return {
        "source": "eperf/adms-push",
        "device_id": device,
        "line": marker.text(n),
        "line_no": marker.integer(n),
        "digest": marker.text(n),
        "received_at": marker.instant(n, make.rng.randrange(_MINUTES)),
        "outcome": make.rng.choice(("unexplained", "unexplained", "duplicate")),
        "reason": make.maybe(marker.text(n)),
        "punch_id": None,
        "copies": 0,
    }


OF_MACHINES: dict[str, Callable[[Making, int, int], Row]] = {
    "clock_error": a_clock_error, "device_command": a_command, "unread_record": an_unread_line,
}  # fmt: skip
"""What hangs on a machine, by table."""


def a_punch(make: Making, n: int, person: Row) -> Row:
    """A clock record of somebody, at times of nobody who is known."""
    employee = make.maybe(person["id"], 0.9)
    at = marker.instant(n, make.rng.randrange(_MINUTES))
    told = make.maybe(make.some("clock_error")["id"], 0.2)
    return {
        "source": "eperf/adms-push",
        "device_id": make.some("device")["id"],
        "clock_error_id": told,
        "device_at": at - timedelta(hours=1) if told else None,
        "pin": str(n),
        "occurred_at": at,
        "date": at.date(),
        "kind": make.rng.choice(("in", "out", "unknown")),
        "verify": make.rng.choice(("finger", "face", None)),
        "line": marker.text(n),
        "digest": marker.text(n),
        "received_at": at + timedelta(seconds=2),
        "employee_id": employee,
        "outcome": "used" if employee else "unexplained",
        "reason": marker.text(n) if make.rng.random() < 0.2 else None,
    }


def days(make: Making) -> None:
    """Some days of each person; the unit of a day is not always that of today."""
    for person in list(make.employees()):
        for back in make.rng.sample(range(80), make.rng.randint(0, 8)):
            day = make.today - timedelta(days=back)
            make.row("attendance_day", lambda n, person=person, day=day: a_day(make, n, person, day))


def _unit_then(make: Making, person: Row) -> int:
    return int(person["unit_id"] if make.rng.random() < 0.8 else make.some("unit")["id"])


def a_day(make: Making, n: int, person: Row, day: object) -> Row:
    """A day of somebody."""
    rule = {"rule": marker.text(n, "r"), "legal_basis": "PP 94/2021"}
    steps = (
        [],
        [{**rule, "text": {"id": marker.text(n, "masuk"), "en": "in"}}],
        [{**rule, "text_id": "lama"}] * 2,
    )
    return {
        "employee_id": person["id"],
        "unit_id": _unit_then(make, person),
        "date": day,
        "status": make.rng.choice(STATUSES),
        "first_in": make.maybe(marker.instant(n, 1)),
        "last_out": make.maybe(marker.instant(n, 500)),
        "late_min": make.rng.choice((None, 0, marker.integer(n))),
        "early_min": make.rng.choice((None, 0, 5)),
        "worked_min": make.maybe(marker.integer(n)),
        "missing_taps": make.rng.randint(0, 2),
        "policy": marker.text(n, "eperf/office-hours"),
        "policy_version": "1",
        "steps": make.rng.choice(steps),
    }


def activities(make: Making) -> None:
    """Activities in every state, with files: several cite one, some are cited by nobody."""
    files: dict[int, list[Row]] = {}
    for account in list(make.tables["account"].values()):
        uploads = [
            make.row("file", lambda n, account=account: a_file(make, n, account["id"]))
            for _ in range(make.rng.randint(0, 3))
        ]
        files[account["employee_id"]] = uploads
    for person in list(make.employees()):
        for _ in range(make.rng.randint(0, 9)):
            done = make.row("activity", lambda n, person=person: an_activity(make, n, person))
            own = files.get(person["id"], [])
            for file in make.rng.sample(own, make.rng.randint(0, len(own))):
                make.row("evidence", lambda _, a=done, f=file: {"activity_id": a["id"], "file_id": f["id"]})
            for version in range(2, 1 + done["version"]):
                if done["state"] != "draft":
                    make.row("activity_change", lambda n, a=done, v=version: a_change(make, n, a, v))


def a_change(make: Making, n: int, activity: Row, version: int) -> Row:
    """A change of an activity."""
    rng = make.rng
    results = {"field": "result", "before": marker.text(n, rng.choice(RESULTS)), "after": "x"}
    states = {"field": "state", "before": "submitted", "after": "returned"}
    items = {
        "field": "item",
        "before": str(activity["item_id"]),
        "after": str(make.some("catalogue_item")["id"]),
    }
    return {
        "activity_id": activity["id"],
        "version": version,
        "step": rng.choice(list(Step)).value,
        "at": marker.instant(n, rng.randrange(_MINUTES)),
        "by_id": make.maybe(make.some("employee")["id"]),
        "acting_for_id": make.maybe(make.some("employee")["id"], 0.2),
        "note": make.maybe(marker.text(n, rng.choice(RESULTS)), 0.4),
        "changes": rng.sample([results, states, items], rng.randint(0, 3)),
    }


def a_file(make: Making, n: int, account: int) -> Row:
    """An upload."""
    return {
        "sha256": marker.text(n),
        "size": marker.integer(n),
        "media_type": make.rng.choice(("application/pdf", "image/png")),
        "account_id": account,
        "created_at": marker.instant(n, make.rng.randrange(_MINUTES)),
    }


def an_activity(make: Making, n: int, person: Row) -> Row:
    """A reported piece of work."""
    rng = make.rng
    state = rng.choice(list(ActivityState)).value
    decided, risen = rng.random() < 0.5, rng.random() < 0.15
    return {
        "employee_id": person["id"],
        "unit_id": _unit_then(make, person),
        "item_id": make.some("catalogue_item")["id"],
        "date": make.today - timedelta(days=rng.randrange(80)),
        "minutes": rng.choice((30, marker.integer(n))),
        "quantity_h": rng.choice((100, 5, marker.integer(n))),
        "result": marker.text(n, rng.choice(RESULTS)),
        "state": state,
        "submitted_at": marker.instant(n, rng.randrange(_MINUTES)),
        "decided_at": marker.instant(n, rng.randrange(_MINUTES)) if decided else None,
        "decided_by_id": make.some("employee")["id"] if decided else None,
        "decided_for_id": make.some("employee")["id"] if decided and rng.random() < 0.3 else None,
        "decision_note": make.maybe(marker.text(n, rng.choice(RESULTS)), 0.4),
        "links": rng.choice((None, None, [f"https://example.go.id/{marker.text(n).strip()}"])),
        "escalated_at": marker.instant(n, rng.randrange(_MINUTES)) if risen else None,
        "escalated_to_id": make.some("employee")["id"] if risen else None,
        "version": rng.randint(1, 4),
    }


def scores(make: Making) -> None:
    """Scores of some months with leaves; a leaf rests on an activity of the same person, a month, or nothing."""
    for person in list(make.employees()):
        for month in make.rng.sample(MONTHS, make.rng.randint(0, 3)):
            make.row("score", lambda n, person=person, month=month: a_score(make, n, person, month))


def a_score(make: Making, n: int, person: Row, month: str) -> Row:
    """A score of a month."""
    final = make.rng.random() < 0.7
    leaves = [_leaf(make, n, person) for _ in range(make.rng.randint(0, 3))]
    return {
        "employee_id": person["id"],
        "unit_id": _unit_then(make, person),
        "period": month,
        "score_h": marker.integer(n) if final else None,
        "state": "final" if final else "provisional",
        "cause": None if final else marker.text(n, "menunggu"),
        "scheme": "eperf/points",
        "scheme_version": "1.0",
        "settings_digest": marker.text(n),
        "input_digest": f"sha256:{n}",
        "breakdown": _phrased(leaves) if leaves and make.rng.random() < 0.7 else leaves,
        "computed_at": marker.instant(n, make.rng.randrange(_MINUTES)),
    }


def _leaf(make: Making, n: int, person: Row) -> Row:
    own = [row["id"] for row in make.tables["activity"].values() if row["employee_id"] == person["id"]]
    activity = [{"kind": "activity", "id": str(make.rng.choice(own))}] if own else []
    return {
        "stage": "weigh",
        "rule": marker.text(n, "rule"),
        "label": {"id": marker.text(n, "Nilai"), "en": marker.text(n, "Value")},
        "amount": f"{make.rng.randint(-50, 99)}.50",
        "legal_basis": 'Perwal "7"/2026',
        "evidence": make.rng.choice(([], activity, [{"kind": "period", "id": "2026-11"}])),
        "facts": make.rng.choice(({}, {"points": "12.50", "note": marker.text(n, '\u2028"')})),
    }


def _phrased(leaves: list[Row]) -> Row:
    """The leaves as scoring stores them (`eperf.domain.scoring.stored`), each by a rule of its own."""
    rules, phrases, stored = {}, [], []
    for number, leaf in enumerate(leaves):
        fixed = {name: leaf[name] for name in ("stage", "rule", "legal_basis")}
        cited = next(iter(leaf["evidence"]), None)
        fixed |= {"kind": cited["kind"]} if cited else {}
        facts = [f"facts.{name}" for name in leaf["facts"]]
        rules[f"r{number}"] = {"fixed": fixed, "phrase": ["label_id", "label_en"], "own": facts}
        phrases.append([f"r{number}", leaf["label"]["id"], leaf["label"]["en"]])
        own = leaf["facts"].values()
        stored.append([number, int(leaf["amount"].replace(".", "")), cited["id"] if cited else None, *own])
    return {"rules": rules, "phrases": phrases, "leaves": stored}


def bindings(make: Making) -> None:
    """Parts that units have bound."""
    for _ in range(9):
        make.row("binding", lambda n: a_binding(make, n, make.some("unit")["id"]))


def a_binding(make: Making, n: int, unit: int) -> Row:
    """A part in a slot of a unit."""
    return {
        "unit_id": unit,
        "slot": make.rng.choice(list(Slot)).value,
        "part": marker.text(n, "eperf/part"),
        "settings": make.rng.choice(({}, {"target": marker.text(n), "a": [1, 2.5, None, True]})),
        "valid_from": make.today - timedelta(days=make.rng.choice((10, 10, 400))),
        "known_from": marker.instant(n, 3),
        "account_id": None,
    }


def events(make: Making) -> None:
    """A log of numbered events about activities and scores."""
    for cursor in range(1, 61):
        table, kind = make.rng.choice((("activity", "Activity"), ("score", "Score")))
        about = make.some(table)
        make.row("event", lambda n, c=cursor, k=kind, row=about: _event(n, c, k, row))
    make.tables["event_head"][1] = {"id": 1, "cursor": 60}


def _event(n: int, cursor: int, kind: str, row: Row) -> Row:
    return {
        "cursor": cursor,
        "kind": f"{kind.lower()}.changed",
        "version": 1,
        "subject_type": kind,
        "subject_id": row["id"],
        "unit_id": row["unit_id"],
        "employee_id": row["employee_id"],
        "account_id": None,
        "occurred_at": marker.instant(n, cursor),
        "payload": {"secret": marker.text(n)},
    }
