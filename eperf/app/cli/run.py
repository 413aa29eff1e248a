"""Running a command on the installation: settings, database, and the exit code of what was refused.

Exit codes: 0 done, 1 done in part (an import with bad rows), 2 refused (wrong arguments, settings, or a state of the
database that does not allow it).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import typer
from rich.console import Console

from eperf.app.house import House, opened
from eperf.domain.errors import BadInput, Refused
from eperf.settings import Settings, SettingsRefused, read

T = TypeVar("T")
errors = Console(stderr=True)
REFUSED = 2


def settings(**overrides: object) -> Settings:
    """The settings, or an exit with 2 that names each wrong one."""
    try:
        return read(**overrides)
    except SettingsRefused as refused:
        errors.print(str(refused), style="red", markup=False, highlight=False)
        raise typer.Exit(REFUSED) from refused


def run(coroutine: Callable[[], Awaitable[T]]) -> T:
    """Runs to the end; a refusal is one line on the error stream and exit code 2."""
    try:
        return asyncio.run(_awaited(coroutine))
    except Refused as refused:
        errors.print(f"{refused.code}: {refused.message('en')}", style="red", markup=False, highlight=False)
        raise typer.Exit(REFUSED) from refused


def run_with_database(
    job: Callable[[House], Awaitable[T]], *, current: bool = True, **overrides: object
) -> T:
    """Runs a job on the opened installation."""
    chosen = settings(**overrides)

    async def opened_job() -> T:
        async with opened(chosen, current=current) as house:
            return await job(house)

    return run(opened_job)


def json_object(option: str, text: str) -> dict[str, Any]:
    """The object of an option that is given as JSON; anything else is refused by the option's name."""
    try:
        given = json.loads(text)
    except ValueError as wrong:
        raise BadInput(option, text, "not JSON") from wrong
    if not isinstance(given, dict):
        raise BadInput(option, text, "not a JSON object")
    return given


async def _awaited(coroutine: Callable[[], Awaitable[T]]) -> T:
    return await coroutine()
