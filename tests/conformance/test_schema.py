"""The committed schema before the lint of others, and before those who built on the released one."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, build_schema
from graphql.utilities import BreakingChange, find_breaking_changes

from tests.conformance.suite import HERE, command

REPOSITORY = Path(__file__).resolve().parents[2]
NOW = REPOSITORY / "docs" / "schema.graphql"
RELEASED = REPOSITORY / "docs" / "schema.released.graphql"
_NAMED = re.compile(r"(?P<owner>\w+)\.(?P<member>\w+)(?:\((?P<argument>\w+):\))?")


def lint(path: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("node_modules/eslint/bin/eslint.js", "-c", str(HERE / "eslint.config.mjs"), path),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_lint_has_nothing_to_say_of_the_schema() -> None:
    done = lint(str(NOW.relative_to(REPOSITORY)))
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def breaking(released: GraphQLSchema, now: GraphQLSchema) -> list[str]:
    """What would break a client of the released schema, but for what the release itself called deprecated."""
    return [
        f"{change.type.name}: {change.description}"
        for change in find_breaking_changes(released, now)
        if not _was_deprecated(released, change)
    ]


def _was_deprecated(released: GraphQLSchema, change: BreakingChange) -> bool:
    """Whether what was removed (a field, one of its arguments, an enum's value) had been deprecated."""
    named = _NAMED.search(change.description)
    if named is None or "REMOVED" not in change.type.name:
        return False
    owner: Any = released.get_type(named["owner"])
    member = (getattr(owner, "fields", None) or getattr(owner, "values", {})).get(named["member"])
    gone = member.args.get(named["argument"]) if named["argument"] else member
    return gone is not None and gone.deprecation_reason is not None


def test_nothing_that_was_released_is_taken_away_before_it_was_deprecated() -> None:
    found = breaking(build_schema(RELEASED.read_text()), build_schema(NOW.read_text()))
    assert found == [], "deprecate first; at a release that breaks on purpose: make release-schema"


def test_the_check_sees_a_break_and_lets_a_deprecated_field_go() -> None:
    old = '@deprecated(reason: "there is another")'
    released = build_schema(
        f"type Query {{ a: Int b: Int {old} c(x: Int y: Int {old}): Int }} enum E {{ F G {old} }}"
    )
    now = build_schema("type Query { c(x: Int!): Int } enum E { H }")
    assert breaking(released, now) == [
        "FIELD_REMOVED: Field Query.a was removed.",
        "ARG_CHANGED_KIND: Argument Query.c(x:) has changed type from Int to Int!.",
        "VALUE_REMOVED_FROM_ENUM: Enum value E.F was removed.",
    ]
