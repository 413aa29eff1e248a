"""Fields, and what else plugins bring, with names that are taken."""

from dataclasses import dataclass
from typing import Any

import strawberry

from eperf.domain.events import Event
from eperf.plugins import DeviceReply, Route
from eperf.plugins.api import batch_field, sql_field
from tests.schema.clashing import types


def first_hours() -> int:
    return 8


def second_hours() -> int:
    return 9


def second_graded() -> types.SecondGrade:
    return types.SecondGrade.LOW


def first_graded() -> types.FirstGrade:
    return types.FirstGrade.LOW


def first_taken(course: types.FirstInput) -> int:
    return 1


def second_taken(course: types.SecondInput) -> int:
    return 1


def second_paired(pair: types.SecondPairInput) -> int:
    return 1


def second_twice(unit_id: int, unitId: int) -> int:  # noqa: N803
    return unit_id + unitId


def second_paged(first: str) -> str:
    return first


def first_any() -> types.FirstAny:
    return types.FirstMember(title="")


def second_any() -> types.SecondAny:
    return types.SecondMember(title="")


def second_missing() -> types.SecondMissing:
    return types.SecondMember(title="")


def second_payload() -> types.SecondPayload:
    return types.SecondMember(title="")


def unknown_type() -> types.NoMember:
    return types.NoMember(title="")


def first_measured() -> types.FirstHours:
    return types.FirstHours(1)


def field(resolver: Any, *directives: object, name: str | None = None) -> Any:
    return strawberry.field(resolver=resolver, directives=directives, name=name)


FIRST_SQL = sql_field("length({name})", "first", kind=int)
SECOND_SQL = sql_field("length({nip})", "second", kind=int)
SECOND_NAME = sql_field("{name}", "second", kind=str)
SECOND_BATCH = batch_field(("name",), lambda rows, context: ["" for _ in rows], "second", kind=str)


@dataclass(frozen=True, kw_only=True)
class SecondVerified(Event):
    """A kind of the core's."""

    kind = "activity.verified"
    subject_type = "Employee"


@dataclass(frozen=True)
class FirstSettings:
    more_url: str = ""


@dataclass(frozen=True)
class SecondSettings:
    url: str = ""


class FirstGate:
    """An attendance source."""

    name, version = "gate", "1"
    routes = (Route("POST", "/gate/push", "push"),)

    def serial_of(self, request: object) -> str:
        return ""

    def handle(self, request: object, device: object, now: object) -> DeviceReply:
        raise NotImplementedError


class SecondGate(FirstGate):
    """Another one at its path."""
