"""How each plugin is: what became of it at start or since, where it is bound, and how many scores wait for it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from eperf.domain.access import Operation, Scope, scope
from eperf.domain.scoring import PROVISIONAL
from eperf.plugins.report import PluginReport
from eperf.services.call import Call
from eperf.services.parts import Slot, keys
from eperf.store.binding import BindingRow
from eperf.store.organisation import UnitRow
from eperf.store.plugin import stopped
from eperf.store.scope import above, below
from eperf.store.scoring import ScoreRow


@dataclass(frozen=True)
class Place:
    """A unit that is bound to a part today; units below it inherit that."""

    unit_id: int
    code: str
    slot: str
    part: str
    valid_from: date


@dataclass(frozen=True)
class Health:
    """A plugin as it is now. `waiting`: provisional scores of this month and before that its schemes should give.

    Places and scores are those in the caller's reach.
    """

    report: PluginReport
    places: tuple[Place, ...]
    waiting: int

    @property
    def state(self) -> str:
        """`ok`, `waiting` when scores wait for it, or why it offers nothing: `refused`, `disabled`."""
        return "waiting" if self.report.state == "ok" and self.waiting else self.report.state


async def health(call: Call) -> list[Health]:
    """Every plugin that was found, and those that are bound and not installed, in the order of the plan."""
    reach = scope(call.viewer, Operation.PLUGIN_READ)
    places, waiting = await _places(reach, call.today), await _waiting(reach, call.today)
    reasons = await stopped()
    reports = call.parts.without(reasons).report()
    known = {report.name for report in reports}
    reports += [_missing(name, reasons.get(name)) for name in sorted(({*places, *waiting, *reasons}) - known)]
    return [Health(one, tuple(places.get(one.name, ())), waiting[one.name]) for one in reports]


def _missing(name: str, reason: str | None) -> PluginReport:
    cause = "is bound or was stopped here, and is not installed" + (f" ({reason})" if reason else "")
    return PluginReport(name, "", "", (), (), "refused", cause)


async def _places(reach: Scope, today: date) -> dict[str, list[Place]]:
    rows = BindingRow.filter(valid_from__lte=today)
    if not reach.everything:
        rows = rows.filter(unit_id__in=below(reach.units))
    last = {(row.unit_id, row.slot): row for row in await rows.order_by("valid_from", "id")}
    now = [row for row in last.values() if not row.ends]
    codes = dict(await UnitRow.filter(id__in=sorted({row.unit_id for row in now})).values_list("id", "code"))
    found: dict[str, list[Place]] = defaultdict(list)
    for row in now:
        place = Place(row.unit_id, codes[row.unit_id], row.slot, row.part, row.valid_from)
        found[row.part.partition("/")[0]].append(place)
    return {name: sorted(several, key=lambda one: (one.code, one.slot)) for name, several in found.items()}


async def _waiting(reach: Scope, today: date) -> Counter[str]:
    """Provisional scores by plugin: of the scheme that ran, or of the bound one, which could not."""
    rows = ScoreRow.filter(state=PROVISIONAL, period__lte=f"{today:%Y-%m}")
    if not reach.everything:
        rows = rows.filter(unit_id__in=below(reach.units))
    found = await rows.values_list("unit_id", "scheme")
    bound = await keys(Slot.SCHEME, await above({unit for unit, scheme in found if not scheme}), today)
    names = [(scheme or bound.get(unit, "")).partition("/")[0] for unit, scheme in found]
    return Counter(name for name in names if name)
