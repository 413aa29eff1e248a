"""A verb on a plugin concerns every unit: who may call it, why it is called, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from eperf.domain.access import Operation, Subject
from eperf.domain.errors import BadInput, NotFound
from eperf.domain.events import Event
from eperf.services.call import Call, Work
from eperf.store.binding import BindingRow
from eperf.store.organisation import UnitRow
from eperf.store.plugin import SeenRow
from eperf.store.scope import subject_of_unit

_MOST_REASON = 500


def reason_of(text: str) -> str:
    """Why somebody does it; refuses silence, and what no log should meet."""
    said = text.strip()
    if not 0 < len(said) <= _MOST_REASON or not said.isprintable():
        raise BadInput("reason", text, f"1 to {_MOST_REASON} printable characters")
    return said


async def require_everywhere(call: Call) -> list[int]:
    """The top units, over each of which the caller must administer plugins."""
    tops = await top_units()
    # Before there are units nobody has a role over any, so plugins are nobody's but the installation's own.
    for subject in [await subject_of_unit(top) for top in tops] or [Subject(units=frozenset())]:
        call.require(Operation.BINDING_WRITE, subject, "plugin")
    return tops


async def top_units() -> list[int]:
    """The units that stand below no other."""
    return [int(top.id) for top in await UnitRow.filter(parent_id=None).order_by("id").only("id")]


async def require_known(call: Call, plugin: str) -> None:
    """Refuses a name that no plugin has, here or formerly."""
    if plugin in {report.name for report in call.parts.report()}:
        return
    if not (await SeenRow.exists(plugin=plugin) or await bindings_of(plugin)):
        raise NotFound("plugin", plugin)


async def bindings_of(plugin: str) -> list[BindingRow]:
    """Every row of the history of bindings that concerns a part of a plugin, ended ones included."""
    return await BindingRow.filter(part__startswith=f"{plugin}/").order_by("id")


def tell(opened: Work, tops: Iterable[int], made: Callable[[int], Event]) -> None:
    """Notes an event of the whole installation, once for each top unit."""
    opened.emit(*(made(top) for top in tops))
