from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from eperf.adapters.broker import Bell
from eperf.domain.access import Role, Viewer
from eperf.schema.compose import compose
from eperf.schema.context import Context
from tests.support.town import NOW, Town, build

SCHEMA = compose()
Ask = Callable[..., Awaitable[Any]]


@pytest.fixture
async def town(database: str) -> Town:
    return await build()


@pytest.fixture
def ask(town: Town) -> Ask:
    """Runs an operation as one of the people: `await ask("Budi", "{ me { name } }", (Role.AUDITOR, "city"))`."""

    async def run(who: str | Viewer | None, text: str, *grants: tuple[Role, str], **variables: Any) -> Any:
        viewer = town.viewer(who, *grants) if isinstance(who, str) else who
        context = Context(viewer, "en", "test", lambda: NOW, town.registry, Bell())
        return await SCHEMA.execute(text, variable_values=variables, context_value=context)

    return run
