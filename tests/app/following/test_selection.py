"""What a document selects: who may share it, which variable only says where to begin, what needs no executor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import strawberry
from graphql import parse, validate

from eperf.app.following.selection import Selection, selected
from eperf.planner.mapping import batch_field
from eperf.plugins.api import Contribution
from eperf.schema.compose import compose

ROOT = "performanceUpdates(after: $after)"


def who_asks(rows: Sequence[Any], context: Any) -> list[str]:
    """What only the account decides."""
    return [str(context.viewer.account_id)] * len(rows)


def called(name: str) -> Any:
    """The same field under a name that is not the one in Python."""
    made = batch_field(("id",), who_asks, "Who asks.", kind=str)
    made.graphql_name = name
    return made


@strawberry.type(name="Lesson", description="A type under a name that is not its class's.")
class Pelajaran:
    """A type of a plugin."""

    title: str = strawberry.field(description="Its title.")


WITH_PLUGIN = compose(
    [
        Contribution(
            owner="example",
            types=(Pelajaran,),
            extends={
                "Employee": {
                    "who_asks": batch_field(("id",), who_asks, "Who asks.", kind=str),
                    "caller": called("siapaBertanya"),
                }
            },
        )
    ]
)


CORE = compose()


def selection(text: str) -> Selection | None:
    """Of the only operation of a valid document."""
    document = parse(text)
    assert not validate(WITH_PLUGIN._schema, document)
    (operation, *_) = document.definitions
    return selected(WITH_PLUGIN._schema, WITH_PLUGIN.personal, document, operation)  # type: ignore[arg-type]


def of(inner: str, head: str = "($after: String)", root: str = ROOT, more: str = "") -> Selection:
    """Of a subscription on the log."""
    found = selection(f"subscription {head} {{ {root} {{ {inner} }} }} {more}")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("inner", "more"),
    [
        ("employee { whoAsks }", ""),
        ("employee { other: whoAsks }", ""),
        ("employee { siapaBertanya }", ""),
        ("unit { id } ...Rest", "fragment Rest on PerformanceUpdate { employee { ...Deep } } fragment Deep on Employee { whoAsks }"),
        ("subject { ... on Employee { whoAsks } }", ""),
    ],
)  # fmt: skip
def test_what_code_of_a_plugin_answers_is_shared_by_one_viewer_only(inner: str, more: str) -> None:
    assert of("cursor " + inner, more=more).personal


def test_what_plugins_bring_is_known_by_its_name_in_graphql() -> None:
    assert {"Lesson", "Employee.siapaBertanya", "Employee.whoAsks"} <= WITH_PLUGIN.personal


def test_what_the_core_answers_is_shared_by_equal_rights() -> None:
    assert not of("cursor unit { name } employee { name supervisor { name } } subject { id }").personal


@pytest.mark.parametrize("inner", ["... on Webhook { url }", "... on Webhook { it: selection }", "...Rest"])
def test_what_is_only_its_owners_is_shared_by_one_viewer_only_without_any_plugin(inner: str) -> None:
    rest = " fragment Rest on WebhookAttempt { answer }" if inner == "...Rest" else ""
    document = parse(f"subscription {{ performanceUpdates {{ subject {{ {inner} }} }} }}{rest}")
    assert not validate(CORE._schema, document)
    found = selected(CORE._schema, CORE.personal, document, document.definitions[0])  # type: ignore[arg-type]
    assert found is not None
    assert found.personal


def test_a_variable_that_only_says_where_to_begin_is_no_part_of_the_key() -> None:
    assert of("cursor").place == "after"
    assert of("cursor", "", "performanceUpdates").place is None
    assert of("cursor", "", 'performanceUpdates(after: "7")').place is None


def test_a_variable_that_says_something_else_too_is_a_part_of_the_key() -> None:
    used = "cursor subject { ... on Employee { activities(after: $after) { nodes { id } } } }"
    assert of(used).place is None


@pytest.mark.parametrize(
    ("inner", "place"), [("", "after"), ("employee { activities(after: $after) { nodes { id } } }", None)]
)
def test_a_fragment_that_is_spread_twice_hides_no_other_use_of_the_variable(
    inner: str, place: str | None
) -> None:
    fragment = f" fragment F on Subscription {{ {ROOT} {{ cursor {inner} }} }}"
    found = selection(f"subscription ($after: String) {{ ...F ...F }}{fragment}")
    assert found is not None
    assert found.place == place


def test_other_subscriptions_and_those_a_directive_decides_on_are_executed_by_themselves() -> None:
    assert selection('subscription { presence(unit: "x") { more } }') is None
    skipped = "subscription ($no: Boolean!) { performanceUpdates @skip(if: $no) { cursor } }"
    found = selection(skipped) if not validate(WITH_PLUGIN._schema, parse(skipped)) else None
    assert found is None


@pytest.mark.parametrize(
    ("inner", "plain"),
    [
        ("cursor kind version occurredAt __typename", True),
        ("a: cursor b: cursor ... on PerformanceUpdate { kind }", True),
        ("cursor unit { id }", False),
        ("cursor kind @include(if: true)", False),
        ("... @include(if: true) { cursor }", False),
        ("subject { id }", False),
    ],
)
def test_only_what_the_entry_holds_is_written_without_an_executor(inner: str, plain: bool) -> None:
    assert (of(inner).plain is not None) is plain
