"""`eperf x PLUGIN COMMAND` and `eperf job PLUGIN/JOB`: a plugin's own code, in the name of the installation."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import typer
from typer.core import TyperGroup

from eperf.app.cli.run import run_with_database
from eperf.app.house import House
from eperf.domain.errors import NotFound, Refused
from eperf.plugins import registry as plugins
from eperf.plugins.chores import Command
from eperf.schema.ids import number_of
from eperf.services.desk import GuestDesk, guarded


class _Guests(TyperGroup):
    """A group whose members are the plugins that have commands; they are looked for when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The plugins with commands."""
        return sorted({found.plugin for found in plugins.load().commands.values()})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The commands of a plugin, as a group."""
        mine = [found.part for found in plugins.load().commands.values() if found.plugin == cmd_name]
        if not mine:
            return None
        group = typer.Typer(help=f"Commands of the plugin {cmd_name}.", no_args_is_help=True)
        group.callback()(_nothing)
        for command in mine:
            group.command(command.name)(_callback(cmd_name, command))
        found = typer.main.get_command(group)
        found.name = cmd_name
        return found


app = typer.Typer(cls=_Guests, help="Commands of plugins: eperf x PLUGIN COMMAND.", no_args_is_help=True)


@app.callback()
def _nothing() -> None:
    pass


def job(key: str = typer.Argument(help="The job, plugin/name; `eperf plugins list` shows them.")) -> None:
    """Run a job of a plugin once, now; the leader runs it by its schedule. Exits with 1 when it fails, 2 without it."""

    async def once(house: House) -> None:
        found = house.registry.jobs.get(key)
        if found is None:
            raise NotFound("job", key)
        try:
            await guarded(found.plugin, found.part.run(_desk(house, found.plugin)))
        except Refused:
            raise
        except Exception as failure:
            traceback.print_exc()  # in few lines, of which the leader keeps the last
            raise typer.Exit(1) from failure

    run_with_database(once)


def _callback(plugin: str, command: Command) -> Callable[..., None]:
    """What typer calls: the plugin's function with a desk for its first argument, on the opened installation."""

    def call(**given: Any) -> None:
        async def once(house: House) -> None:
            made: Awaitable[None] = command.run(_desk(house, plugin), **given)
            await guarded(plugin, made)

        run_with_database(once)

    shape = inspect.signature(command.run, eval_str=True)
    told = list(shape.parameters.values())[1:]
    call.__signature__ = shape.replace(parameters=told, return_annotation=None)  # type: ignore[attr-defined]
    call.__annotations__ = {one.name: one.annotation for one in told}
    call.__doc__ = command.run.__doc__
    return call


def _desk(house: House, plugin: str) -> GuestDesk:
    return GuestDesk(house.call(), plugin, None, number_of)
