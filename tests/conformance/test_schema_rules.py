"""The schema by the public rules for schemas and for Relay, and against the one that was released last."""

from __future__ import annotations

import json
from pathlib import Path

from graphql import build_schema, find_breaking_changes

from eperf.schema.sdl import sdl
from tests.conformance.conftest import in_node

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "docs" / "schema.graphql"
RELEASED = ROOT / "docs" / "schema.released.graphql"
_HERE = "tests/conformance"
_MOST_SHOWN = 20


def lint(schema: Path) -> list[str]:
    """What the rules of `eslint.config.mjs` say of a schema."""
    ended = in_node(
        f"{_HERE}/node_modules/eslint/bin/eslint.js",
        *("--config", f"{_HERE}/eslint.config.mjs", "--no-ignore", "--format", "json", str(schema)),
    )
    assert ended.returncode in (0, 1), ended.stderr
    return [
        f"{schema.name}:{message.get('line')}: {message['ruleId']}: {message['message']}"
        for file in json.loads(ended.stdout)
        for message in file["messages"]
    ]


def breaking(released: str, composed: str) -> list[str]:
    """What a client of the released schema would trip over in the composed one."""
    return [
        f"{change.type.name}: {change.description}"
        for change in find_breaking_changes(build_schema(released), build_schema(composed))
    ]


def test_the_schema_keeps_the_public_rules_for_schemas_and_for_relay() -> None:
    found = lint(SCHEMA)
    assert found[:_MOST_SHOWN] == []


def test_the_rules_are_in_force() -> None:
    broken = ROOT / _HERE / "broken.graphql"
    assert {line.split(": ")[1].removeprefix("@graphql-eslint/") for line in lint(broken)} >= {
        "naming-convention",
        "relay-arguments",
        "relay-connection-types",
        "require-deprecation-reason",
        "require-description",
    }


def test_nothing_that_was_released_is_broken() -> None:
    broken = breaking(RELEASED.read_text(), sdl())
    assert broken == [], (
        "clients of the last release would break; deprecate first, and accept at a release: docs/api.md"
    )


def test_a_removed_field_and_a_new_required_argument_count_as_broken() -> None:
    composed = (
        sdl()
        .replace('  """Date of birth."""\n  birthDate: Date\n', "")
        .replace("employee(id: ID!)", "employee(id: ID!, on: Date!)")
    )
    found = {line.split(":")[0] for line in breaking(sdl(), composed)}
    assert found == {"REQUIRED_ARG_ADDED", "FIELD_REMOVED"}
