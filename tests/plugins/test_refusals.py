from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from eperf.domain.events import KINDS, Event
from eperf.plugins import Secret, StagePart, hookimpl
from eperf.plugins.registry import load
from eperf.testing import candidate
from tests.plugins.samples import Pay, Policy, Source, Trained, cause_of, module, no_parts, scheme


def test_a_misspelt_hook_is_refused_by_name_with_file_and_line() -> None:
    def eperf_scoring_scheme() -> list[object]:
        return []

    line = eperf_scoring_scheme.__code__.co_firstlineno
    cause = cause_of(module(eperf_scoring_scheme=eperf_scoring_scheme))
    assert "unknown hook eperf_scoring_scheme, did you mean eperf_scoring_schemes?" in cause
    assert f"test_refusals.py:{line}" in cause


def test_a_hook_that_is_not_marked_is_refused() -> None:
    plugin = module()
    plugin.eperf_models = no_parts  # type: ignore[attr-defined]
    assert "eperf_models is not marked with @hookimpl" in cause_of(plugin)


def test_a_marked_function_under_another_name_is_refused() -> None:
    assert "unknown hook my_hook" in cause_of(module(my_hook=no_parts))


def test_all_faults_of_a_plugin_are_named_at_once() -> None:
    async def later() -> list[object]:
        return []

    def yielding() -> Iterator[object]:
        yield []

    cause = cause_of(
        module(
            eperf_api=later,
            eperf_models=yielding,
            eperf_event_kinds=lambda registry: [],
            eperf_jobs_nightly=no_parts,
        )
    )
    assert "eperf_api is async" in cause
    assert "eperf_models yields" in cause
    assert "eperf_event_kinds has parameters that the hook does not give: registry" in cause
    assert "unknown hook eperf_jobs_nightly" in cause


def test_a_wrapper_is_refused_because_it_would_meet_other_plugins_answers() -> None:
    plugin = module()

    @hookimpl(wrapper=True)
    def eperf_scoring_schemes() -> Iterator[object]:
        return (yield)

    plugin.eperf_scoring_schemes = eperf_scoring_schemes  # type: ignore[attr-defined]
    assert "wrapper" in cause_of(plugin)


def test_a_plugin_without_hooks_is_refused() -> None:
    assert cause_of(module()).startswith("it implements no hook of eperf; write @hookimpl above one of")


def test_a_class_is_not_a_plugin() -> None:
    assert "give a module or an instance" in cause_of(Policy)


class NoRun:
    rule_id, legal_basis = "sample.x", "Perwal"


class AsyncRun(NoRun):
    async def run(self, frame: object, settings: object) -> None: ...


class NoBasis:
    rule_id, legal_basis = "sample.x", ""


class AsyncPolicy(Policy):
    async def classify(self, day: object, settings: object) -> None: ...


class NotAKind(Event):
    kind = "no dots"
    subject_type = "Employee"


@dataclass(frozen=True)
class WithSecret:
    """A key at the first level."""

    key: Secret | None = None


@dataclass(frozen=True)
class Deep:
    """A key where it cannot be kept apart."""

    clouds: tuple[WithSecret, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BadKind(Event):
    """Its kind has no dot."""

    kind = "trained"
    subject_type = "Employee"


class Hostile:
    def __getattr__(self, name: str) -> object:
        raise SystemExit(name)


@pytest.mark.parametrize(
    ("hook", "answer", "why"),
    [
        ("eperf_scoring_schemes", None, "returned NoneType, not a list"),
        ("eperf_scoring_schemes", {"points": 1}, "returned dict, not a list"),
        ("eperf_scoring_schemes", [1], "as number 1: int, not Scheme"),
        ("eperf_scoring_schemes", [scheme(), "x"], "as number 2: str, not Scheme"),
        ("eperf_scoring_schemes", [scheme(), scheme()], "two parts called sample/points"),
        ("eperf_scoring_schemes", [scheme(parts=(StagePart("work", NoRun()),))], "no method run"),
        ("eperf_scoring_schemes", [scheme(parts=(StagePart("work", AsyncRun()),))], "run is async"),
        ("eperf_scoring_schemes", [scheme(parts=(StagePart("work", NoBasis()),))], "without legal_basis"),
        ("eperf_scoring_schemes", [scheme(parts=(StagePart("work", object()),))], "without rule_id"),
        ("eperf_work_time_policies", [Policy(name="Shift A")], "name 'Shift A'"),
        ("eperf_work_time_policies", [Policy(version=1)], "without version"),
        ("eperf_work_time_policies", [Policy(settings=dict)], "without settings"),
        ("eperf_work_time_policies", [AsyncPolicy()], "classify is async"),
        (
            "eperf_scoring_schemes",
            [scheme(settings=WithSecret)],
            "a Secret among its settings, which stand on every",
        ),
        ("eperf_work_time_policies", [Policy(settings=Deep)], "Deep.clouds has a Secret inside"),
        ("eperf_pay_policies", [Pay(name="Per Point")], "name 'Per Point'"),
        ("eperf_pay_policies", [Pay(settings=dict)], "without settings"),
        ("eperf_pay_policies", [Policy()], "has no method advise"),
        ("eperf_pay_policies", [Pay(), Pay()], "two parts called sample/per-point"),
        ("eperf_work_time_policies", [Policy(), Policy()], "two parts called sample/shift"),
        ("eperf_attendance_sources", [Source(routes=["/gate"])], "without routes"),
        (
            "eperf_attendance_sources",
            [SimpleNamespace(routes=(), name="g", version="1")],
            "no method serial_of",
        ),
        (
            "eperf_attendance_sources",
            [Source(), Source("gate-2")],
            "device path POST /gate/push belongs to sample 1.0 ",
        ),
        ("eperf_api", [scheme()], "Scheme, not Contribution"),
        ("eperf_models", ["sample.models"], "str, not Models"),
        ("eperf_event_kinds", [Trained(subject_id=1)], "not a dataclass that is an Event"),
        ("eperf_event_kinds", [NotAKind], "not words joined by dots"),
        ("eperf_event_kinds", [BadKind], "not words joined by dots"),
        ("eperf_event_kinds", [KINDS[0]], "does not begin with sample."),
        ("eperf_work_time_policies", [Hostile()], "cannot be read: SystemExit"),
    ],
)
def test_a_wrong_answer_is_refused_with_the_reason(hook: str, answer: object, why: str) -> None:
    assert why in cause_of(module(**{hook: lambda: answer}))


@pytest.mark.parametrize(
    "error", [ValueError("no rates"), SystemExit(1), BaseException("odd"), MemoryError()]
)
def test_a_hook_that_raises_is_named_with_its_cause_and_line(error: BaseException) -> None:
    def raising() -> list[object]:
        raise error

    cause = cause_of(module(eperf_scoring_schemes=raising))
    assert f"eperf_scoring_schemes failed: {type(error).__name__}" in cause
    assert f"test_refusals.py:{raising.__code__.co_firstlineno + 1}" in cause


def test_an_error_whose_message_cannot_be_read_is_still_a_cause() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise ValueError

    def raising() -> list[object]:
        raise Mute

    assert "Mute: its message cannot be read" in cause_of(module(eperf_models=raising))


def test_a_cause_holds_no_control_characters_and_has_an_end() -> None:
    def raising() -> list[object]:
        raise ValueError("\x1b[2J\n" + "x" * 10_000)

    cause = cause_of(module(eperf_models=raising))
    assert cause.isprintable()
    assert len(cause) < 1_000


def test_the_operators_interrupt_ends_the_start() -> None:
    def raising() -> list[object]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(candidates=[candidate("sample", module(eperf_models=raising))])
