"""Mutations of plugins: through the service's transaction, with its problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eperf.domain.errors import Refused
from eperf.plugins.verbs import GuestVerb
from eperf.schema.ids import number_of
from eperf.schema.problems import problem_of
from eperf.services.desk import GuestDesk, carry_out, guarded, key_in

if TYPE_CHECKING:
    from eperf.schema.context import Context


async def carried_out(context: Context, verb: GuestVerb, given: dict[str, Any]) -> Any:
    """What a plugin's mutation answers: the changed thing as the plugin shows it, or a `Problem`."""
    plugin = verb.permission.value.partition(".")[0]
    name = f"{plugin}.{verb.name}"[:64]
    try:
        call = context.call(key_in(given))
        desk = GuestDesk(call, plugin, verb.permission, number_of)
        number = await carry_out(desk, call, name, given, verb.run)
        return await guarded(plugin, verb.shown(desk, number))
    except Refused as refused:
        problem = problem_of(refused, context)
        if problem is None:
            raise
        return problem
