"""Settings of an installation that a plugin needs, from the variables of the environment."""

from __future__ import annotations

import dataclasses
import json
import os
import typing
from collections.abc import Mapping
from types import NoneType, SimpleNamespace
from typing import Any, TypeVar

from eperf.domain.errors import BadInput

T = TypeVar("T")
VARIABLES = "EPERF_PLUGIN_"
"""How the variables of plugins begin; the core's own do not."""


def settings_of_installation(plugin: str, model: type[T]) -> T:
    """A plugin's settings as they were checked at start, for what is called without them: a lifespan, a sink, a job.

    `plugin` is its name, `model` what its hook `eperf_settings` gave. Raises `BadInput` where the environment has
    changed since.
    """
    found: T = installation(plugin, model, os.environ)
    return found


def variables(plugin: str, model: type[Any]) -> dict[str, str]:
    """The variable of each setting, by field."""
    prefix = f"{VARIABLES}{plugin.replace('-', '_').upper()}_"
    return {field.name: f"{prefix}{field.name.upper()}" for field in dataclasses.fields(model)}


def installation(plugin: str, model: type[Any], environment: Mapping[str, str]) -> Any:
    """A plugin's settings; `BadInput` names the variable and the reason, and never shows what it holds."""
    from eperf.plugins.settings import (
        settings_of,  # loads pydantic, which a start without settings does not need
    )

    names, hints = variables(plugin, model), typing.get_type_hints(model)
    given = {
        field: _read(environment[name], hints[field]) for field, name in names.items() if name in environment
    }
    try:
        return settings_of(SimpleNamespace(settings=model), given)
    except BadInput as refused:
        field, _, rest = str(refused.field).removeprefix("settings.").partition(".")
        name = names.get(field, f"{VARIABLES}{plugin.replace('-', '_').upper()}")
        raise BadInput(f"{name}.{rest}" if rest else name, "not shown", str(refused.facts["why"])) from None


def _read(text: str, hint: Any) -> Any:
    """JSON where it is JSON, else the text itself: a text needs no quotes, also one that reads like a number."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    wanted = set(typing.get_args(hint)) or {hint}
    if wanted <= {str, NoneType} and not isinstance(found, tuple(wanted)):
        return text
    return found
