"""Errors: each has a code, none tells too much, ours have an id that is in the log."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from eperf.app.graphql import FormattedProblem, Limits
from tests.app.graphql import town

SECRET = ("hunter2", "driver text", "secret-value", "Traceback")


def clean(answer: dict[str, Any]) -> bool:
    return not [word for word in SECRET if word in str(answer)]


@pytest.mark.parametrize(
    "query",
    [
        "{ crash }",
        "{ crashHard }",
        "{ unauthored }",
        "{ tooBig }",
        "{ nothing }",
        "{ hello surrogate }",
        "{ unsayable }",
    ],
)
async def test_a_fault_of_ours_is_masked_and_logged_under_the_id_that_is_shown(query: str) -> None:
    with capture_logs() as logs:
        async with town.client() as http:
            answer = await town.ask(http, query)
    (error,) = answer["errors"]
    assert error["message"] == "Internal error"
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert [entry["id"] for entry in logs] == [error["extensions"]["id"]]
    assert isinstance(logs[0]["exc_info"], Exception)
    assert clean(answer)


async def test_many_faults_in_one_answer_are_cut_off_in_the_answer_and_in_the_log() -> None:
    with capture_logs() as logs:
        async with town.client(Limits(errors=5)) as http:
            answer = await town.ask(http, "{ crashes(times: 200) }")
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INTERNAL_SERVER_ERROR"] * 5 + [
        "LIMIT_EXCEEDED"
    ]
    assert len(logs) <= 6
    assert len({error["extensions"].get("id") for error in answer["errors"]}) == 6


async def test_a_refusal_speaks_the_callers_language_and_shows_code_and_field() -> None:
    async with town.client() as http:
        english = await town.ask(http, "{ forbid }")
        indonesian = await town.ask(http, "{ again: forbid }", **{"accept-language": "id"})
        fielded = await town.ask(http, "{ refuse }")
    assert english["errors"][0]["message"] == "Your roles do not allow read scores."
    assert indonesian["errors"][0]["message"] == "Peran Anda tidak mengizinkan tindakan read scores."
    assert indonesian["errors"][0]["path"] == ["again"]
    assert fielded["errors"][0]["extensions"] == {"code": "CONFLICT", "field": "activity"}
    assert clean(fielded)


async def test_an_error_that_an_author_gave_a_code_is_shown() -> None:
    async with town.client() as http:
        answer = await town.ask(http, "{ authored }")
    assert (answer["errors"][0]["message"], town.code(answer)) == ("said so", "TEAPOT")


async def test_another_renderer_may_know_more_problems_and_may_fail() -> None:
    def problem_of(error: Exception, language: str) -> FormattedProblem | None:
        if isinstance(error, RuntimeError):
            return FormattedProblem("it is known", "KNOWN", details={"more": 1})
        raise ValueError("driver text")

    async with town.client(problem_of=problem_of) as http:
        known = await town.ask(http, "{ crash }")
        failing = await town.ask(http, "{ refuse }")
    assert known["errors"][0]["extensions"] == {"code": "KNOWN", "more": 1}
    assert town.code(failing) == "INTERNAL_SERVER_ERROR"
    assert clean(failing)


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ('{ nip(nip: "x") }', None, "BAD_USER_INPUT"),
        ("query($n: Nip!) { nip(nip: $n) }", {"n": "x"}, "BAD_USER_INPUT"),
        ('{ nip(nip: "crash") }', None, "GRAPHQL_VALIDATION_FAILED"),
        ("query($n: Nip!) { nip(nip: $n) }", {"n": "crash"}, "BAD_USER_INPUT"),
        ("query($n: Int!) { need(number: $n) }", {"n": "x"}, "BAD_USER_INPUT"),
        ("query($n: Int!) { need(number: $n) }", {"n": 2**40}, "BAD_USER_INPUT"),
        ("query($n: Int!) { need(number: $n) }", {}, "BAD_USER_INPUT"),
        ("query($n: Int!) { need(number: $n) }", {"n": 1.5}, "BAD_USER_INPUT"),
        ("query($n: Int = 3) { soft(number: $n) }", {"n": None}, "BAD_USER_INPUT"),
        ("query($f: Filter) { books(filter: $f) { total } }", {"f": {"nosuch": 1}}, "BAD_USER_INPUT"),
        ("query($f: Filter) { books(filter: $f) { total } }", {"f": {"numbers": [1, "x"]}}, "BAD_USER_INPUT"),
        ("{ pick(by: {}) }", None, "BAD_USER_INPUT"),
        ("query($p: Pick!) { pick(by: $p) }", {"p": {"title": "a", "number": 1}}, "BAD_USER_INPUT"),
        ("query($p: Pick!) { pick(by: $p) }", {"p": {"title": None}}, "BAD_USER_INPUT"),
    ],
)
async def test_wrong_inputs_are_the_callers_and_tell_nothing_of_ours(
    query: str, variables: dict[str, Any] | None, code: str
) -> None:
    with capture_logs() as logs:
        async with town.client() as http:
            answer = await town.ask(http, query, variables)
    assert town.code(answer) == code
    assert clean(answer)
    assert logs == []


HINTED = [
    ("{ hell }", None),
    ("{ hello(nam: \"x\") }", None),
    ("{ hello @skp(if: true) }", None),
    ("{ hello @skip(iff: true) }", None),
    ("query($x: Boo) { hello }", None),
    ("{ ...F } fragment F on Quer { hello }", None),
    ("{ books(filter: {titl: \"x\"}) { total } }", None),
    ("query($f: Filter) { books(filter: $f) { total } }", {"f": {"titl": "x"}}),
    ("{ shelf }", None),
    ("query($x: Int) { soft(number: $y) }", None),
    ("{ ...G } fragment F on Query { hello }", None),
]  # fmt: skip


@pytest.mark.parametrize(("query", "variables"), HINTED)
async def test_no_error_hints_at_a_name_the_caller_did_not_know(
    query: str, variables: dict[str, Any] | None
) -> None:
    async with town.client() as http:
        answer = await town.ask(http, query, variables)
    assert answer["errors"]
    assert "Did you mean" not in str(answer)


async def test_hints_are_given_where_they_are_wanted() -> None:
    async with town.client(suggestions=True) as http:
        hinted = [await town.ask(http, query, variables) for query, variables in HINTED]
    assert sum("Did you mean" in str(answer) for answer in hinted) >= 8


async def test_a_long_message_is_cut() -> None:
    async with town.client() as http:
        answer = await town.ask(http, "{ " + "x" * 5000 + " }")
    assert len(answer["errors"][0]["message"]) <= 1000
