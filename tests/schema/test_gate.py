"""The composition gate: two that cannot be together are told with both owners, file and line, and two ways out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from eperf.domain.access import Permission
from eperf.domain.errors import PluginsRefused
from eperf.plugins import Models, hookimpl
from eperf.plugins.api import Contribution
from eperf.plugins.discovery import Candidate
from eperf.plugins.registry import installed, load
from eperf.schema.gate import SchemaGate, composed
from eperf.testing import candidate
from tests.plugins.samples import scheme
from tests.schema.clashing import fields as f
from tests.schema.clashing import types as t

HOURS = {"training_hours": f.field(f.first_hours)}
Hooks = dict[str, Any]


def adds(**given: Any) -> Hooks:
    return {"eperf_api": [Contribution(**given)]}


def read(**given: Any) -> Hooks:
    return adds(query={name: f.field(resolver) for name, resolver in given.items()})


def plugin(name: str, hooks: Hooks) -> Candidate:
    """A plugin with a scheme and these answers; each hook is a function of its own, in a line of this file."""
    module = ModuleType(name)
    for hook, answer in {"eperf_scoring_schemes": [scheme()], **hooks}.items():
        setattr(module, hook, hookimpl(answering(answer)))
    return candidate(name, module)


def answering(answer: list[object]) -> Callable[[], list[object]]:
    return lambda: answer


CORE_ALONE, HOOK = None, "return lambda: answer"


@dataclass(frozen=True)
class Case:
    """What is refused: its kind and name; what the first has (None: eperf's own), and the line that is told of each."""

    kind: str
    name: str
    first: Hooks | None
    second: Hooks
    first_line: str
    second_line: str
    second_name: str = "second"


FIRST_FIELD = adds(extends={"Employee": {"course_hours": f.field(f.first_hours)}})
CASES = [
    Case("type", "Course", adds(types=(t.FirstCourse,)), adds(types=(t.SecondCourse,)), "class FirstCourse", "class SecondCourse"),
    Case("type", "Employee", CORE_ALONE, adds(types=(t.SecondEmployee,)), "class Employee", "class SecondEmployee"),
    Case("field", "Employee.courseHours", FIRST_FIELD, adds(extends={"Employee": {"courseHours": f.field(f.second_hours)}}), "def first_hours", "def second_hours"),
    Case("field", "Employee.courseHours", FIRST_FIELD, adds(extends={"Employee": {"other": f.field(f.second_hours, name="courseHours")}}), "def first_hours", "def second_hours"),
    Case("field", "Employee.letters", adds(extends={"Employee": {"letters": f.FIRST_SQL}}), adds(extends={"Employee": {"letters": f.SECOND_SQL}}), "FIRST_SQL", "SECOND_SQL"),
    Case("field", "Employee.name", CORE_ALONE, adds(extends={"Employee": {"name": f.SECOND_NAME}}), "name: str", "SECOND_NAME"),
    Case("field", "Employee.scores", CORE_ALONE, adds(extends={"Employee": {"scores": f.SECOND_BATCH}}), '"scores"', "SECOND_BATCH"),
    Case("field", "Query.me", CORE_ALONE, read(me=f.second_hours), '"me"', "def second_hours"),
    Case("field", "Query.nodes", CORE_ALONE, read(nodes=f.second_hours), "def kept", "def second_hours"),
    Case("field", "Query.training", read(training=f.first_hours), read(training=f.second_hours), "def first_hours", "def second_hours"),
    Case("field", "Employe.training", CORE_ALONE, adds(extends={"Employe": {"training": f.field(f.second_hours)}}), "", "def second_hours"),
    Case("field", "EmployeeFilter.training", CORE_ALONE, adds(extends={"EmployeeFilter": {"training": f.field(f.second_hours)}}), "class EmployeeFilter", "def second_hours"),
    Case("argument", "Query.twice(unitId:)", CORE_ALONE, read(twice=f.second_twice), "", "def second_twice"),
    Case("argument", "Query.paged(first:)", CORE_ALONE, read(paged=f.second_paged), "def kept", "def second_paged"),
    Case("enum value", "Grade.LOW", read(graded=f.first_graded), read(marked=f.second_graded), "class FirstGrade", "class SecondGrade"),
    Case("input", "CourseInput", read(taken=f.first_taken), read(given=f.second_taken), "class FirstInput", "class SecondInput"),
    Case("input", "PairInput.unitId", CORE_ALONE, read(paired=f.second_paired), "", "class SecondPairInput"),
    Case("directive", "@secret", adds(query={"one": f.field(f.first_hours, t.FirstSecret(level=1))}), adds(query={"two": f.field(f.second_hours, t.SecondSecret(reason=""))}), "class FirstSecret", "class SecondSecret"),
    Case("directive", "@deprecated", CORE_ALONE, adds(query={"two": f.field(f.second_hours, t.SecondDeprecated(reason=""))}), "def kept", "class SecondDeprecated"),
    Case("scalar", "Hours", adds(scalars=t.FIRST_SCALARS), adds(scalars=t.SECOND_SCALARS), "def read_first", "def read_second"),
    Case("scalar", "Date", CORE_ALONE, adds(scalars=t.CORES_SCALARS), "def _read_date", "def read_second"),
    Case("interface", "RankedCourse.rank", adds(types=(t.FirstRanked,)), adds(types=(t.SecondRankedCourse,)), "def rank(self, within", "def rank(self) -> int"),
    Case("interface", "NumberedCourse.id", CORE_ALONE, adds(types=(t.SecondNode,)), "def id", "def id(self) -> int"),
    Case("interface", "Node.training", CORE_ALONE, adds(extends={"Node": {"training": f.field(f.second_hours)}}), "class Node", "def second_hours"),
    Case("union", "CourseAny", read(any=f.first_any), read(each=f.second_any), "def first_any", "def second_any"),
    Case("union", "CourseMissing", CORE_ALONE, read(missing=f.second_missing), "", "def second_missing"),
    Case("union", "CoursePayload", CORE_ALONE, adds(mutation={"teach": f.field(f.second_payload)}), "class Problem", "def second_payload"),
    Case("type", "CourseConnection", CORE_ALONE, adds(types=(t.SecondPages,)), "def kept", "class SecondPages"),
    Case("type", "__Course", CORE_ALONE, adds(types=(t.SecondSpelt,)), "def kept", "class SecondSpelt"),
    Case("permission", "first.record", adds(permissions=(Permission("first.record", {}),)), adds(permissions=(Permission("first.record", {}),)), HOOK, HOOK),
    Case("permission", "score.read", CORE_ALONE, adds(permissions=(Permission("score.read", {}),)), "class Operation", HOOK),
    Case("setting", "EPERF_PLUGIN_FIRST_MORE_URL", {"eperf_settings": [f.FirstSettings]}, {"eperf_settings": [f.SecondSettings]}, "class FirstSettings", "class SecondSettings", "first-more"),
    Case("event kind", "activity.verified", CORE_ALONE, {"eperf_event_kinds": [f.SecondVerified]}, "class ActivityVerified", "class SecondVerified"),
    Case("device path", "POST /gate/push", {"eperf_attendance_sources": [f.FirstGate()]}, {"eperf_attendance_sources": [f.SecondGate()]}, "class FirstGate", "class SecondGate"),
    Case("table label", "training", {"eperf_models": [Models("training", "a.models", "a.migrations")]}, {"eperf_models": [Models("training", "b.models", "b.migrations")]}, HOOK, HOOK),
]  # fmt: skip


def plan(case: Case) -> list[Candidate]:
    first = plugin("first", adds(extends={"Employee": HOURS}) if case.first is None else case.first)
    return [installed()[0], first, plugin(case.second_name, case.second)]


def line_of(place: str) -> str:
    path, _, number = place.rpartition(":")
    source = Path(path).read_text().splitlines()
    at = int(number) - 1
    # A decorated function begins at its first decorator.
    return next((line for line in source[at : at + 4] if "@" not in line), source[at])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind} {case.name}")
def test_the_second_owner_of_a_name_is_left_out_whole_and_both_are_told(case: Case) -> None:
    # Only a promise that is not kept is seen when the schema is built; the rest is refused before.
    registry = (
        load(candidates=plan(case), gate=SchemaGate())
        if case.kind != "interface"
        else composed(candidates=plan(case))[0]
    )
    _, kept, out = registry.report()
    assert (kept.name, kept.state) == ("first", "ok"), kept.cause
    assert (out.name, out.state) == (case.second_name, "refused")
    assert f"{case.second_name}/points" not in registry.schemes
    assert "first/points" in registry.schemes
    assert {one.owner for one in registry.contributions} <= {"first"}
    cause = out.cause or ""
    assert cause.startswith(f"{case.kind} {case.name} "), cause
    [second] = re.findall(rf"{case.second_name} 1\.0 \(([^)]+)\)", cause)[:1]
    assert case.second_line in line_of(second), (second, cause)
    if case.first_line:
        owner = r"eperf [\d.]+" if case.first is None else r"first 1\.0"
        [first] = re.findall(rf"{owner} \(([^)]+)\)", cause)[:1]
        assert case.first_line in line_of(first), (first, cause)
    assert re.search(rf"; .+, or leave (one|it) out: EPERF_PLUGINS_WITHOUT={case.second_name}\b", cause)


PAIRS = [one for one in CASES if one.first is not None and one.kind not in ("interface", "permission")]


@pytest.mark.parametrize("case", PAIRS, ids=lambda case: case.kind)
def test_the_setting_that_is_told_lets_the_second_in(case: Case) -> None:
    registry = load(candidates=plan(case), without=["first"], gate=SchemaGate())
    assert [(one.name, one.cause) for one in registry.report()] == [("eperf", None), (case.second_name, None)]


def test_what_a_plugin_that_is_left_out_wanted_is_free_for_the_next() -> None:
    wants = adds(
        types=(t.FirstCourse,),
        extends={"Employee": {"name": f.SECOND_NAME}},
        permissions=(Permission("x.y", {}),),
    )
    registry, schema = composed(
        candidates=[installed()[0], plugin("a", wants), plugin("b", adds(types=(t.SecondCourse,)))]
    )
    assert [one.state for one in registry.report()] == ["ok", "refused", "ok"]
    assert "type Course {\n  hours: Int!\n}" in schema.as_str()


def test_a_contribution_that_cannot_be_read_is_told_with_the_line_of_its_hook() -> None:
    registry, _ = composed(candidates=[installed()[0], plugin("odd", adds(query=3))])
    cause = registry.report()[1].cause or ""
    assert cause.startswith("contribution odd of odd 1.0 (")
    assert "cannot be read: AttributeError" in cause
    assert HOOK in line_of(re.findall(r"odd 1\.0 \(([^)]+)\)", cause)[0])


def test_a_plugin_with_which_no_schema_can_be_built_is_found_and_left_out() -> None:
    plan = [
        plugin("a", adds(extends={"Employee": HOURS})),
        plugin("b", read(odd=f.unknown_type)),
        plugin("c", read(c=f.first_hours)),
    ]
    registry, schema = composed(candidates=[installed()[0], *plan])
    assert [one.state for one in registry.report()] == ["ok", "ok", "refused", "ok"]
    assert "(" in (registry.report()[2].cause or "")
    assert "trainingHours" in schema.as_str()
    assert "  c: Int!" in schema.as_str()


def test_in_strict_mode_a_clash_ends_the_start() -> None:
    with pytest.raises(PluginsRefused) as refused:
        composed(candidates=plan(CASES[0]), strict=True)
    assert "type Course belongs to first 1.0" in str(refused.value)
