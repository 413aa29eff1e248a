"""Settings that are never shown: written as `Secret` in a settings dataclass, and only at its first level.

    @dataclass(frozen=True)
    class CloudSettings:
        address: str
        key: Secret

They are kept apart from the others, and neither the API nor a refusal, an event, a log or an export repeats them.
Who changes settings leaves a secret out to keep it.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from typing import Annotated, Any


@dataclasses.dataclass(frozen=True)
class _Mark:
    """Says of a field that its value is a secret."""


_SECRET = _Mark()
Secret = Annotated[str, _SECRET]
"""A text that is never shown again."""


def secret_names(settings: type[Any]) -> frozenset[str]:
    """The fields of a settings dataclass that are secrets."""
    hints = typing.get_type_hints(settings, include_extras=True)
    return frozenset(field.name for field in dataclasses.fields(settings) if _marked(hints[field.name]))


def fault(settings: type[Any]) -> str | None:
    """Why the secrets of a settings dataclass cannot be kept; None when they can."""
    hints = typing.get_type_hints(settings, include_extras=True)
    for field in dataclasses.fields(settings):
        if not _marked(hints[field.name]) and _within(hints[field.name], set()):
            return f"{settings.__name__}.{field.name} has a Secret inside; secrets stand at the first level of settings"
    return None


def parted(settings: type[Any], given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What may be shown of given settings, and the secrets among them."""
    names = secret_names(settings)
    shown = {name: value for name, value in given.items() if name not in names}
    return shown, {name: value for name, value in given.items() if name in names}


def _marked(hint: Any) -> bool:
    """Whether a field's own value is a secret; `Secret | None` is one too."""
    if typing.get_origin(hint) is Annotated:
        return _SECRET in typing.get_args(hint)[1:] or _marked(typing.get_args(hint)[0])
    if dataclasses.is_dataclass(hint) or _is_container(hint):
        return False
    return any(_marked(inner) for inner in typing.get_args(hint))


def _is_container(hint: Any) -> bool:
    origin = typing.get_origin(hint)
    return isinstance(origin, type) and issubclass(origin, (list, tuple, dict, set, frozenset))


def _within(hint: Any, met: set[Any]) -> bool:
    if typing.get_origin(hint) is Annotated and _SECRET in typing.get_args(hint)[1:]:
        return True
    if isinstance(hint, type) and dataclasses.is_dataclass(hint) and hint not in met:
        met.add(hint)
        hints = typing.get_type_hints(hint, include_extras=True)
        return any(_within(hints[field.name], met) for field in dataclasses.fields(hint))
    return any(_within(inner, met) for inner in typing.get_args(hint))
