"""A part's settings from JSON, by its own dataclass. Loads pydantic, so no face imports it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eperf.domain.errors import BadInput


def settings_of(part: Any, given: dict[str, Any]) -> Any:
    """A part's settings; whatever its dataclass refuses is a `BadInput` that names the path of the field."""
    try:
        return _adapter(part.settings).validate_python(given, extra="forbid")
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        path = ".".join(["settings", *(str(step) for step in first["loc"])])
        raise BadInput(path, first.get("input"), first["msg"]) from invalid


@lru_cache(maxsize=256)
def _adapter(settings: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(settings)
