"""Strawberry declarations with names that are taken. A plugin's types live at module level."""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, NewType, Union

import strawberry
from strawberry.schema_directive import Location

from eperf.schema.node import Node
from eperf.schema.problems import Problem


@strawberry.type(name="Course")
class FirstCourse:
    title: str


@strawberry.type(name="Course")
class SecondCourse:
    hours: int


@strawberry.type(name="Employee")
class SecondEmployee:
    salary: int


@strawberry.enum(name="Grade")
class FirstGrade(Enum):
    HIGH = "high"
    LOW = "low"


@strawberry.enum(name="Grade")
class SecondGrade(Enum):
    LOW = "l"
    MIDDLE = "m"


@strawberry.input(name="CourseInput")
class FirstInput:
    title: str


@strawberry.input(name="CourseInput")
class SecondInput:
    title: str


@strawberry.input(name="PairInput")
class SecondPairInput:
    unit_id: int
    unitId: int  # noqa: N815


FirstHours = NewType("FirstHours", int)
SecondHours = NewType("SecondHours", int)
SecondDate = NewType("SecondDate", str)


def read_first(value: object) -> int:
    return int(str(value))


def read_second(value: object) -> int:
    return int(str(value)) * 60


FIRST_SCALARS = {FirstHours: strawberry.scalar(name="Hours", serialize=int, parse_value=read_first)}
SECOND_SCALARS = {SecondHours: strawberry.scalar(name="Hours", serialize=int, parse_value=read_second)}
CORES_SCALARS = {SecondDate: strawberry.scalar(name="Date", serialize=str, parse_value=read_second)}


@strawberry.schema_directive(locations=[Location.FIELD_DEFINITION], name="secret")
class FirstSecret:
    level: int


@strawberry.schema_directive(locations=[Location.FIELD_DEFINITION], name="secret")
class SecondSecret:
    reason: str


@strawberry.schema_directive(locations=[Location.FIELD_DEFINITION], name="deprecated")
class SecondDeprecated:
    reason: str


@strawberry.interface(name="Ranked")
class FirstRanked:
    @strawberry.field
    def rank(self, within: int) -> int:
        return within


@strawberry.type(name="RankedCourse")
class SecondRankedCourse(FirstRanked):
    @strawberry.field
    def rank(self) -> int:
        return 1


@strawberry.type(name="NumberedCourse")
class SecondNode(Node):
    @strawberry.field
    def id(self) -> int:
        return 1


@strawberry.type(name="CourseConnection")
class SecondPages:
    total: int


@strawberry.type(name="__Course")
class SecondSpelt:
    title: str


@strawberry.type
class SecondMember:
    title: str


@strawberry.type
class FirstMember:
    title: str


@dataclass
class NoMember:
    title: str


FirstAny = Annotated[FirstMember | Problem, strawberry.union("CourseAny")]
SecondAny = Annotated[SecondMember | Problem, strawberry.union("CourseAny")]
SecondMissing = Annotated[
    Union[SecondMember, Annotated["Gone", strawberry.lazy("tests.schema.clashing.types")]],  # noqa: F821, UP007
    strawberry.union("CourseMissing"),
]
SecondPayload = Annotated[SecondMember | SecondCourse, strawberry.union("CoursePayload")]
