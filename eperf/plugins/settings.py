"""A part's settings from JSON, by its own dataclass. Loads pydantic, so no face imports it."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eperf.domain.errors import BadInput
from eperf.plugins.secrets import secret_names

_HIDDEN = "…"
"""Stands where the value of a secret would."""


def settings_of(part: Any, given: dict[str, Any]) -> Any:
    """A part's settings; whatever its dataclass refuses is a `BadInput` that names the path of the field.

    Neither a secret nor what holds one is repeated in it.
    A check of the dataclass itself says which field it means by beginning its message with the name.
    """
    try:
        return _adapter(part.settings).validate_python(given, extra="forbid")
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        steps = [*first["loc"], *_meant(part.settings, first)]
        path = ".".join(["settings", *(str(step) for step in steps)])
        secrets = secret_names(part.settings)
        if secrets:
            # The cause itself would say every value again in a log.
            apart = first["loc"] and steps[0] not in secrets and not isinstance(first.get("input"), dict)
            shown = first.get("input") if apart else _HIDDEN
            raise BadInput(path, shown, _without_value(first, given, secrets)) from None
        raise BadInput(path, first.get("input"), first["msg"]) from invalid


def _without_value(error: Any, given: dict[str, Any], secrets: frozenset[str]) -> str:
    """The reason, unless a dataclass of a plugin wrote a secret into it."""
    said = str(error["msg"])
    values = [value for name in secrets if isinstance(value := given.get(name), str) and value]
    return "is refused" if any(value in said for value in values) else said


@lru_cache(maxsize=256)
def _adapter(settings: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(settings)


def _meant(settings: type[Any], error: Any) -> list[str]:
    """The field with whose name a dataclass's own refusal begins, if it is one of its fields."""
    if error["type"] != "value_error":
        return []
    word = str(error["ctx"]["error"]).partition(" ")[0].rstrip(":,")
    names = {field.name for one in _at(settings, error["loc"]) for field in dataclasses.fields(one)}
    return [word] if word in names else []


def _at(settings: type[Any], place: Sequence[int | str]) -> list[type[Any]]:
    """The dataclasses that may stand at a place within the settings."""
    found = [settings]
    for step in place:
        if isinstance(step, str):
            hints = [typing.get_type_hints(one).get(step) for one in found]
            found = [inner for hint in hints for inner in _dataclasses(hint)]
    return found


def _dataclasses(hint: Any) -> Iterator[type[Any]]:
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        yield hint
    for inner in typing.get_args(hint):
        yield from _dataclasses(inner)
