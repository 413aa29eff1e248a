"""The tables of labels: those of the core have one, and each group of a plugin's tables has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tortoise.context import require_context


async def rows_by_table(labels: Iterable[str]) -> dict[str, int]:
    """How many rows each table of these labels has."""
    apps: Any = require_context().apps
    models = [model for label in sorted(labels) if label in apps for model in apps[label].values()]
    return {str(model._meta.db_table): await model.all().count() for model in models}
