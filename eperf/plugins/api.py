"""The face for GraphQL contributions. Only this file of the floor, and `fields` and `verbs` behind it, load
strawberry.

A contribution says what it adds and nothing about how a schema is built: `eperf.schema.compose` puts all of
them together, the core's own included, and refuses two owners of one name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from strawberry.types.field import StrawberryField

from eperf.domain.access import Permission, Reach, Role
from eperf.plugins.fields import Date, DateTime, Hundredths, YearMonth, batch_field, sql_field
from eperf.plugins.verbs import payload_field, verb_field

__all__ = [
    "Contribution",
    "Date",
    "DateTime",
    "Fields",
    "Hundredths",
    "Permission",
    "Reach",
    "Role",
    "YearMonth",
    "batch_field",
    "payload_field",
    "sql_field",
    "verb_field",
]

Fields = Mapping[str, StrawberryField]
"""Fields by Python name: `{"training_hours": strawberry.field(resolver=…)}`."""


@dataclass(frozen=True)
class Contribution:
    """What a plugin (or a noun of the core) adds to the schema.

    `types`: strawberry types that no field mentions, such as implementations of an interface. `query`,
    `mutation`, `subscription`: root fields. `extends`: fields on existing types, by GraphQL type name.
    `scalars`: what a Python type is as a scalar (`{Hours: strawberry.scalar(name="Hours", …)}`). `permissions`: what
    may be allowed, each named with the plugin's name, a dot and a word. `owner`, `version` and `place` (file and line
    of the hook) are set by the registry, whatever the plugin wrote.
    """

    owner: str = ""
    types: tuple[type, ...] = ()
    query: Fields = field(default_factory=dict)
    mutation: Fields = field(default_factory=dict)
    subscription: Fields = field(default_factory=dict)
    extends: Mapping[str, Fields] = field(default_factory=dict)
    scalars: Mapping[object, Any] = field(default_factory=dict)
    permissions: tuple[Permission, ...] = ()
    version: str = ""
    place: str = ""
