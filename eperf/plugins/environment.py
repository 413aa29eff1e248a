"""Settings of an installation that a plugin needs, from the variables of the environment."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from eperf.domain.errors import BadInput

VARIABLES = "EPERF_PLUGIN_"
"""How the variables of plugins begin; the core's own do not."""


def variables(plugin: str, model: type[Any]) -> dict[str, str]:
    """The variable of each setting, by field."""
    prefix = f"{VARIABLES}{plugin.replace('-', '_').upper()}_"
    return {field.name: f"{prefix}{field.name.upper()}" for field in dataclasses.fields(model)}


def installation(plugin: str, model: type[Any], environment: Mapping[str, str]) -> Any:
    """A plugin's settings; `BadInput` names the variable and the reason, and never shows what it holds."""
    from eperf.plugins.settings import (
        settings_of,  # loads pydantic, which a start without settings does not need
    )

    names = variables(plugin, model)
    given = {field: _read(environment[name]) for field, name in names.items() if name in environment}
    try:
        return settings_of(SimpleNamespace(settings=model), given)
    except BadInput as refused:
        field, _, rest = str(refused.field).removeprefix("settings.").partition(".")
        name = names.get(field, f"{VARIABLES}{plugin.replace('-', '_').upper()}")
        raise BadInput(f"{name}.{rest}" if rest else name, "not shown", str(refused.facts["why"])) from None


def _read(text: str) -> Any:
    """JSON where it is JSON, else the text itself: a text needs no quotes."""
    try:
        return json.loads(text)
    except ValueError:
        return text
