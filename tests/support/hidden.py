"""The same town to one viewer, and another town behind their back: rows out of sight changed, added and taken away."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from eperf.domain.access import Operation, scope
from tests.support.random_town import (
    TODAY,
    RandomTown,
    Row,
    Tables,
    appraisal,
    away,
    closed,
    people,
    place,
    webhooks,
    work,
)
from tests.support.random_town.making import Making
from tests.support.sight import Sight

_LEAVES = (
    "punch",
    "attendance_day",
    "activity",
    "score",
    "leave",
    "duty_order",
    "day_correction",
    "check_in",
    "work_plan",
    "realisation",
    "rating",
    "behaviour",
    "predikat",
    "appeal",
    "adjustment",
)
_CITED = {
    "activity", "leave", "duty_order", "day_correction", "check_in", "work_plan", "realisation", "score", "appeal",
}  # fmt: skip
_KEPT = {
    "attendance_day": ("date",),
    "score": ("period",),
    "rating": ("round_id", "rater_id"),
    "predikat": ("period",),
}
"""What makes a row the only one of its person, as the maker of it takes it."""
_MAKE = {
    "punch": work.a_punch,
    "attendance_day": work.a_day,
    "activity": work.an_activity,
    "score": work.a_score,
    "leave": away.a_leave,
    "duty_order": away.a_duty,
    "day_correction": away.a_correction,
    "check_in": place.a_try,
    "work_plan": appraisal.a_plan,
    "realisation": appraisal.a_realisation,
    "rating": appraisal.a_rating,
    "behaviour": appraisal.a_figure,
    "predikat": appraisal.a_predikat,
    "appeal": closed.an_appeal,
    "adjustment": closed.an_adjustment,
}


_HANGING = {
    **{table: (one, "device_id") for table, one in work.OF_MACHINES.items()},
    "work_target": (appraisal.a_target, "plan_id"),
    "webhook_delivery": (webhooks.a_delivery, "webhook_id"),
    "webhook_attempt": (webhooks.an_attempt, "delivery_id"),
}
"""How what hangs on another row is made anew, and the column that says on which."""


@dataclass(frozen=True)
class Changed:
    """The rows of the other town, and how many of them are not as they were."""

    tables: Tables
    count: int


def changed(town: RandomTown, sight: Sight, rng: random.Random) -> Changed:
    """Another town that looks the same to the viewer."""
    make = Making(rng, TODAY, after=town)
    behind = _Behind(make, sight)
    behind.people()
    behind.newcomers()
    behind.things()
    behind.leaves()
    behind.files()
    behind.bystanders()
    other = {table: make.tables[table] for table in town.tables}
    behind.restore(other)
    return Changed(other, _same_to(sight, other, town.tables))


def _same_to(sight: Sight, other: Tables, was: Tables) -> int:
    """How many rows differ; the viewer's are all there and the same, or this file is wrong."""
    now = Sight(other, sight.viewer)
    assert now.seen == sight.seen
    for table, numbers in sight.seen.items():
        assert all(other[table][number] == was[table][number] for number in numbers), table
    return sum(
        was[table].get(number) != other[table].get(number)
        for table in other
        for number in {*was[table], *other[table]}
    )


class _Behind:
    """What is done behind a viewer's back."""

    def __init__(self, make: Making, sight: Sight) -> None:
        self.make, self.rng, self.sight = make, make.rng, sight
        reach = scope(sight.viewer, Operation.EMPLOYEE_READ)
        self.near = reach.supervisors
        tables = sight.tables
        granted = {unit for _, unit in sight.viewer.grants}
        below = {
            row["descendant_id"] for row in tables["unit_tree"].values() if row["ancestor_id"] in granted
        }
        self.far_units = [number for number in tables["unit"] if number not in below]
        self.far_people = [number for number in tables["employee"] if number not in self.near]

    def hidden(self, table: str) -> list[Row]:
        """The rows of a table that were there and are out of sight."""
        seen = self.sight.seen.get(table, frozenset())
        return [row for number, row in self.sight.tables[table].items() if number not in seen]

    def people(self) -> None:
        """People get other names, numbers, posts and superiors, out of sight as before."""
        for row in self.hidden("employee"):
            if self.rng.random() < 0.8:
                fresh = people.an_employee(self.make, self.make.marker.next())
                keep = self.rng.random() < 0.5 or not self.far_units
                post = (
                    {name: row[name] for name in ("unit_id", "position_id", "supervisor_id")}
                    if keep
                    else self._post(row["id"])
                )
                self.make.tables["employee"][row["id"]] = {"id": row["id"], **fresh, **post}

    def _post(self, number: int = 0) -> Row:
        above = self.rng.choice([None, *(one for one in self.far_people if one != number)])
        return {"unit_id": self.rng.choice(self.far_units), "position_id": None, "supervisor_id": above}

    def newcomers(self) -> None:
        """People who were not there."""
        for _ in range(12 if self.far_units else 0):
            row = self.make.row("employee", lambda n: {**people.an_employee(self.make, n), **self._post()})
            self.make.row(
                "placement",
                lambda _, row=row: people.a_placement(
                    row["id"], self._post(), TODAY - timedelta(days=9), None
                ),
            )

    def things(self) -> None:
        """Machines, bindings, placements, acting officers; of somebody without any role also units and items."""
        for table, remake in (
            ("device", work.a_device),
            ("binding", work.a_binding),
            ("calendar_entry", away.an_entry),
            ("geofence", place.a_fence),
            ("appraisal_deadline", appraisal.a_deadline),
            ("dimension_list", appraisal.a_list),
            ("rating_round", appraisal.a_round),
            ("what_if", closed.a_trial),
            ("webhook", webhooks.a_webhook),
        ):
            for row in self.hidden(table):
                fresh = remake(self.make, self.make.marker.next(), row["unit_id"])
                self.make.tables[table][row["id"]] = {"id": row["id"], **fresh}
        for table, (one, above) in _HANGING.items():
            for row in self.hidden(table):
                fresh = one(self.make, self.make.marker.next(), row[above])
                self.make.tables[table][row["id"]] = {"id": row["id"], **fresh}
        for row in self.hidden("placement"):
            # Two of one person may not begin on one day.
            moved = {"unit_id": self.rng.choice(self.far_units)} if self.far_units else {}
            self.make.tables["placement"][row["id"]] = {**row, **moved, "valid_to": TODAY}
        for row in self.hidden("acting"):
            self.make.tables["acting"][row["id"]] = {**row, "kind": "plh" if row["kind"] == "plt" else "plt"}
        for row in self.hidden("roster_day"):
            # Two of one person may not be of one day.
            fresh = away.a_roster_day(
                self.make, self.make.marker.next(), {"id": row["employee_id"]}, (row["date"] - TODAY).days
            )
            self.make.tables["roster_day"][row["id"]] = {"id": row["id"], **fresh}
        for table, column in (("unit", "name"), ("catalogue_item", "name"), ("activity_change", "note")):
            for row in self.hidden(table):
                self.make.tables[table][row["id"]] = {**row, column: f"other {self.rng.random()}"}

    def leaves(self) -> None:
        """What people leave behind: made anew, taken away, or added."""
        everybody = list(self.make.tables["employee"].values())
        for table in _LEAVES:
            for row in self.hidden(table):
                person = self.make.tables["employee"].get(row["employee_id"] or 0)
                if self.rng.random() < 0.15 and table not in _CITED:
                    del self.make.tables[table][row["id"]]
                elif person is not None:
                    self.make.tables[table][row["id"]] = {**row, **self._again(table, row, person)}
            for index in range(0 if table == "rating" else 15):
                self._added(table, self.rng.choice(everybody), index)

    def _again(self, table: str, row: Row, person: Row) -> Row:
        kept = _KEPT.get(table, ())
        given = [row[name] for name in kept]
        return {
            **_MAKE[table](self.make, self.make.marker.next(), person, *given),
            **{name: row[name] for name in kept},
        }

    def _added(self, table: str, person: Row, index: int) -> None:
        # A day and a month are once only.
        given = {
            "attendance_day": [TODAY + timedelta(days=1 + index)],
            "score": [f"{1990 + index}-01"],
            "predikat": [f"{2000 + index}"],
        }
        self.make.row(table, lambda n: _MAKE[table](self.make, n, person, *given.get(table, [])))

    def files(self) -> None:
        """Files are other files; what cites them out of sight no longer does."""
        for row in self.hidden("file"):
            self.make.tables["file"][row["id"]] = {
                "id": row["id"],
                **work.a_file(self.make, self.make.marker.next(), row["account_id"]),
            }
        for link in (
            "evidence",
            "leave_file",
            "duty_file",
            "correction_file",
            "check_in_file",
            "realisation_file",
            "appeal_file",
            "appeal_answer_file",
        ):
            for row in self.hidden(link):
                if self.rng.random() < 0.5:
                    del self.make.tables[link][row["id"]]

    def bystanders(self) -> None:
        """What others may do, and what happened."""
        own = self.sight.viewer.account_id
        for row in self.hidden("role_grant"):
            if row["account_id"] != own:
                self.make.tables["role_grant"][row["id"]] = {**row, "unit_id": self.make.some("unit")["id"]}
        for row in self.hidden("token"):
            if row["account_id"] != own:
                del self.make.tables["token"][row["id"]]

    def restore(self, other: Tables) -> None:
        """Takes back what came into sight by being made anew."""
        now = Sight(other, self.sight.viewer).seen
        for table, numbers in now.items():
            for number in numbers - self.sight.seen[table]:
                was = self.sight.tables[table].get(number)
                if was is None:
                    del other[table][number]
                else:
                    other[table][number] = was
        for number, plan in list(other["work_plan"].items()):
            if plan["revises_id"] not in other["work_plan"]:
                other["work_plan"][number] = {**plan, "revises_id": None}
