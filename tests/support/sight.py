"""What somebody may see of a random town, worked out from its plain rows: no database, no predicate, no query.

The access table (`eperf.domain.access`) says how far a role carries; that a row is somebody's and in some unit is said
here again, in Python, so that the two can only agree by both being right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from eperf.domain.access import GRANTED, IMPLIED, Operation, Role, Scope, Subject, Viewer, scope
from tests.support.random_town.rows import Row, Tables

TYPES = {
    "unit": "Unit", "position": "Position", "employee": "Employee", "placement": "Placement", "acting": "Acting",
    "device": "Device", "punch": "Punch", "attendance_day": "AttendanceDay", "catalogue_item": "CatalogueItem",
    "file": "File", "activity": "Activity", "activity_change": "ActivityChange", "deadline_rule": "UnitDeadlines",
    "score": "Score", "binding": "Binding", "leave": "Leave",
    "duty_order": "DutyOrder", "day_correction": "DayCorrection", "calendar_entry": "CalendarEntry",
    "geofence": "Geofence", "check_in": "CheckIn",
    "roster_day": "RosterDay",
    "device_command": "DeviceCommand", "unread_record": "UnreadLine", "clock_error": "ClockError",
    "work_plan": "Plan", "work_target": "Target", "realisation": "Realisation", "appraisal_deadline": "AppraisalDeadline",
    "dimension_list": "DimensionList", "rating_round": "RatingRound", "rating": "Rating",
    "behaviour": "BehaviourScore", "predikat": "PeriodPredikat",
    "closing": "Closing", "frozen_month": "FrozenMonth", "adjustment": "Adjustment", "appeal": "Appeal",
    "what_if": "WhatIf", "what_if_move": "WhatIfMove",
    "webhook": "Webhook", "webhook_delivery": "WebhookDelivery", "webhook_attempt": "WebhookAttempt",
}  # fmt: skip
"""The GraphQL type of each table that has one."""

_OPERATIONS = {
    "unit": Operation.UNIT_READ, "position": Operation.UNIT_READ, "catalogue_item": Operation.CATALOGUE_READ,
    "employee": Operation.EMPLOYEE_READ, "placement": Operation.EMPLOYEE_READ, "acting": Operation.EMPLOYEE_READ,
    "device": Operation.DEVICE_READ, "punch": Operation.ATTENDANCE_READ,
    "attendance_day": Operation.ATTENDANCE_READ, "activity": Operation.ACTIVITY_READ,
    "activity_change": Operation.ACTIVITY_READ, "deadline_rule": Operation.DEADLINE_READ, "score": Operation.SCORE_READ,
    "binding": Operation.PLUGIN_READ, "event": Operation.EVENT_READ, "leave": Operation.LEAVE_READ,
    "duty_order": Operation.DUTY_READ, "day_correction": Operation.ATTENDANCE_READ,
    "calendar_entry": Operation.CALENDAR_READ, "geofence": Operation.UNIT_READ, "check_in": Operation.POSITION_READ,
    "roster_day": Operation.ATTENDANCE_READ, "device_command": Operation.DEVICE_READ,
    "unread_record": Operation.DEVICE_READ, "clock_error": Operation.DEVICE_READ,
    "work_plan": Operation.PLAN_READ, "work_target": Operation.PLAN_READ, "realisation": Operation.PLAN_READ,
    "appraisal_deadline": Operation.CALENDAR_READ, "dimension_list": Operation.CALENDAR_READ,
    "rating_round": Operation.CALENDAR_READ, "rating": Operation.RATING_GIVE,
    "behaviour": Operation.BEHAVIOUR_READ, "predikat": Operation.PREDIKAT_READ,
    "closing": Operation.PERIOD_READ, "frozen_month": Operation.PERIOD_READ, "adjustment": Operation.SCORE_READ,
    "appeal": Operation.APPEAL_READ, "what_if": Operation.PLUGIN_READ, "what_if_move": Operation.SCORE_READ,
    "webhook": Operation.WEBHOOK_READ, "webhook_delivery": Operation.WEBHOOK_READ,
    "webhook_attempt": Operation.WEBHOOK_READ,
}  # fmt: skip
_OWNER = {"employee": "id", "acting": "officer_id"}
_NO_UNIT = frozenset({"acting", "punch", "roster_day"})
_OF_MACHINES = frozenset({"device_command", "unread_record", "clock_error"})
_OF_WEBHOOKS = frozenset({"webhook_delivery", "webhook_attempt"})
_NOBODYS = _OF_MACHINES | _OF_WEBHOOKS | {
    "unit", "position", "catalogue_item", "device", "binding", "calendar_entry", "geofence", "appraisal_deadline",
    "dimension_list", "rating_round", "deadline_rule", "closing", "frozen_month", "what_if",
    "webhook",
}  # fmt: skip
_CITING = {
    "evidence": ("activity", "activity_id"), "leave_file": ("leave", "leave_id"), "duty_file": ("duty_order", "duty_id"),
    "correction_file": ("day_correction", "correction_id"), "check_in_file": ("check_in", "check_in_id"),
    "realisation_file": ("realisation", "realisation_id"),
    "appeal_file": ("appeal", "appeal_id"), "appeal_answer_file": ("appeal", "appeal_id"),
}  # fmt: skip


def viewer_by_rows(tables: Tables, account_id: int, token_id: int | None, today: date) -> Viewer:
    """Who an account is on a day, by itself or by one of its tokens."""
    account = tables["account"][account_id]
    token = tables["token"].get(token_id or 0)
    grants = {
        (Role(row["role"]), row["unit_id"])
        for row in tables["role_grant"].values()
        if row["account_id"] == account_id and in_force(row, today) and Role(row["role"]) in GRANTED
    }
    own = account["employee_id"]
    roles = {role for role, _ in grants} | (IMPLIED if own is not None else set())
    roles = {role for role in roles if token is None or role.value in token["roles"]}
    acting = own is not None and Role.SUPERVISOR in roles
    return Viewer(
        account_id=account_id,
        name=account["name"],
        employee_id=own,
        roles=frozenset(roles),
        grants=frozenset(grant for grant in grants if grant[0] in roles),
        stands_in_for=frozenset(
            row["incumbent_id"]
            for row in tables["acting"].values()
            if acting and row["officer_id"] == own and in_force(row, today)
        ),
        token_id=token_id,
    )


def in_force(row: Row, day: date) -> bool:
    """Whether a day lies in `[valid_from, valid_to)`."""
    return bool(row["valid_from"] <= day and (row["valid_to"] is None or day < row["valid_to"]))


@dataclass(frozen=True)
class Sight:
    """What one viewer may see of the rows."""

    tables: Tables
    viewer: Viewer

    @cached_property
    def seen(self) -> dict[str, frozenset[int]]:
        """The ids in sight, by table."""
        found = {table: frozenset(self._seen(table)) for table in _OPERATIONS}
        found["file"] = frozenset(self._files())
        for link, (citing, near) in _CITING.items():
            found[link] = frozenset(
                number
                for number, row in self.tables[link].items()
                if row[near] in found[citing] and row["file_id"] in found["file"]
            )
        return found

    def _seen(self, table: str) -> Iterator[int]:
        reach = scope(self.viewer, _OPERATIONS[table])
        for number, row in self.tables[table].items():
            if self._covers(reach, table, row):
                yield number

    def _covers(self, reach: Scope, table: str, row: Row) -> bool:
        if table == "rating":
            return reach.employee_id is not None and bool(row["rater_id"] == reach.employee_id)
        if table == "work_target":
            return self._covers(reach, "work_plan", self.tables["work_plan"][row["plan_id"]])
        if table == "activity_change":
            return self._covers(reach, "activity", self.tables["activity"][row["activity_id"]])
        within = reach.covers(self._subject(table, row))
        if table == "activity":
            if row["state"] == "draft":
                return reach.everything or reach.employee_id == row["employee_id"]
            return within or row["escalated_to_id"] in reach.supervisors
        if within:
            return True
        if table in ("work_plan", "realisation") and row["employee_id"] is None:
            return not reach.nothing
        return table == "work_plan" and self._superiors(reach, row)

    def _superiors(self, reach: Scope, plan: Row) -> bool:
        """Whether it is the agreed plan of one's own superior."""
        own = self.tables["employee"].get(reach.employee_id or 0)
        return own is not None and plan["state"] == "agreed" and plan["employee_id"] == own["supervisor_id"]

    def _files(self) -> Iterator[int]:
        """One's own uploads, and what an activity, a leave or a duty order within the reach for files cites."""
        reach = scope(self.viewer, Operation.FILE_READ)
        cited = {
            row["file_id"]
            for link, (citing, near) in _CITING.items()
            for row in self.tables[link].values()
            if self._covers(reach, citing, self.tables[citing][row[near]])
        }
        for number, row in self.tables["file"].items():
            if number in cited or self._uploaded(reach, row):
                yield number

    def _uploaded(self, reach: Scope, row: Row) -> bool:
        owner = self.tables["account"][row["account_id"]]["employee_id"]
        return reach.employee_id is not None and owner == reach.employee_id

    def _subject(self, table: str, row: Row) -> Subject:
        owner = None if table in _NOBODYS else row[_OWNER.get(table, "employee_id")]
        person = self.tables["employee"][owner] if owner is not None else None
        if table == "unit":
            unit = row["id"]
        elif table in _OF_MACHINES or (table == "punch" and person is None and row["device_id"] is not None):
            unit = self.tables["device"][row["device_id"]]["unit_id"]
        elif table in _OF_WEBHOOKS:
            unit = self.tables["webhook"][row["webhook_id"]]["unit_id"]
        elif table in _NO_UNIT:
            unit = person["unit_id"] if person is not None else None
        else:
            unit = row["unit_id"]
        above = frozenset(self._above(unit))
        return Subject(above, owner, person["supervisor_id"] if person is not None else None)

    def _above(self, unit: int | None) -> Iterator[int]:
        while unit is not None:
            yield unit
            unit = self.tables["unit"][unit]["parent_id"]
