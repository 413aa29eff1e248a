"""Plain values that a plugin hands over through its hooks."""

from __future__ import annotations

import re
from dataclasses import dataclass

VERB = "eperf.verb"
"""The key of a root field's metadata under which a verb of a plugin says what it is."""

_LABEL = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\Z", re.ASCII)


@dataclass(frozen=True)
class Models:
    """Tables of a plugin: the name of the table group, and the modules with its models and its migrations.

    `label` prefixes the plugin's tables (lower case letters, digits, underscores). `depends_on` names
    labels whose tables must exist first; the core's are always there.
    """

    label: str
    models: str
    migrations: str
    depends_on: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _LABEL.match(self.label):
            raise ValueError(f"models label {self.label!r} is not lower case letters, digits and underscores")
        for module in (self.models, self.migrations):
            if not _MODULE.match(module):
                raise ValueError(f"{module!r} is not the name of a module")
