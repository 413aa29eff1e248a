"""Settings that a source leaves open have no default: a scheme that guesses one is told by name."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from eperf.domain.errors import BadInput
from eperf.domain.scoring import Scheme
from eperf.testing.broken import hold


def assert_settings_are_asked_for(
    scheme: Scheme[Any], given: Mapping[str, Any], mandatory: Sequence[str] = ()
) -> None:
    """With all of `given` (JSON values) the settings are taken; without any that must be given they are refused.

    What must be given is every field without a default, and the paths of `mandatory` (`rates.absent`). The refusal
    names the path.
    """
    from eperf.plugins.settings import settings_of

    settings_of(scheme, dict(given))
    for path in sorted({*_without_default(scheme.settings, given), *mandatory}):
        refused = _refusal(scheme, given, path)
        hold("settings", refused is not None, f"{path} is not asked for")
        at = "" if refused is None else str(refused.field)
        hold("settings", at == f"settings.{path}", f"the refusal for {path} names {at}")


def _refusal(scheme: Scheme[Any], given: Mapping[str, Any], path: str) -> BadInput | None:
    from eperf.plugins.settings import settings_of

    rest = deepcopy(dict(given))
    *above, last = path.split(".")
    place = rest
    for step in above:
        place = place[step]
    place.pop(last, None)
    try:
        settings_of(scheme, rest)
    except BadInput as refused:
        return refused
    return None


def _without_default(settings: type, given: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Paths of fields without a default, also within settings that are given."""
    hints = typing.get_type_hints(settings)
    for one in dataclasses.fields(settings):
        if one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING:
            yield above + one.name
        inner = hints[one.name]
        if dataclasses.is_dataclass(inner) and isinstance(given.get(one.name), Mapping):
            yield from _without_default(typing.cast(type, inner), given[one.name], f"{above}{one.name}.")
