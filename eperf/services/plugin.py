"""The life of plugins in an installation: who stopped one and why, what came, changed and went, and how each one is.

Stopping takes effect at once for what is bound to units: those wait, provisional, until the plugin runs again. What
was wired at start (paths of machines, fields of the API) is left out from the next start on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from eperf.domain.errors import BadInput
from eperf.domain.events import Event
from eperf.domain.lifecycle import PluginGone, PluginInstalled, PluginResumed, PluginStopped, PluginUpgraded
from eperf.plugins.discovery import CORE
from eperf.plugins.report import PluginReport
from eperf.services.call import Call, Work, work
from eperf.services.everywhere import (
    bindings_of,
    reason_of,
    require_everywhere,
    require_known,
    tell,
    top_units,
)
from eperf.services.touched import touch_all
from eperf.store.outbox import mark_dirty
from eperf.store.plugin import SeenRow, SwitchRow, stopped
from eperf.store.scoring import ScoreRow


async def disable(call: Call, plugin: str, reason: str) -> bool:
    """Stops a plugin: its parts are not offered, and whoever is bound to them is provisional, with this reason.

    For those who administer plugins over every top unit. Gives whether anything changed: a plugin that is stopped
    already keeps its first reason. Refuses what comes with eperf and what nobody has here.
    """
    if plugin == CORE:
        raise BadInput("plugin", plugin, "comes with eperf and cannot be stopped")
    return await _switch(call, plugin, reason, stop=True)


async def enable(call: Call, plugin: str, reason: str) -> bool:
    """Lets a stopped plugin run again; who waited for it is scored again. Gives whether anything changed."""
    return await _switch(call, plugin, reason, stop=False)


async def _switch(call: Call, plugin: str, reason: str, *, stop: bool) -> bool:
    tops = await require_everywhere(call)
    said = reason_of(reason)
    await require_known(call, plugin)
    async with work(call) as opened:
        if (plugin in await stopped()) is stop:
            return False
        account = call.viewer.account_id or None
        await SwitchRow.create(plugin=plugin, stopped=stop, reason=said, account_id=account, at=call.now)
        kind = PluginStopped if stop else PluginResumed
        tell(opened, tops, lambda top: kind(subject_id=top, unit_id=top, plugin=plugin, reason=said))
        await touch_all(await bindings_of(plugin), call.today)
    return True


async def reported(call: Call) -> list[PluginReport]:
    """The start-up report as it is now, with what was stopped since; by whom is in the log of events."""
    return call.parts.without(await stopped()).report()


async def take_note(call: Call) -> int:
    """Compares what runs with what ran before and tells what came, changed and went; gives how many did.

    Who is bound to a plugin that came, or that came in another version, is scored and classified again. For the one
    process that leads.
    """
    seen = {row.plugin: row for row in await SeenRow.all()}
    now = {report.name: report for report in call.parts.report() if report.state != "refused"}
    now.pop(CORE, None)
    came = [
        report for name, report in now.items() if name not in seen or seen[name].version != report.version
    ]
    refused = {report.name for report in call.parts.report()}
    gone = [row for name, row in seen.items() if row.version is not None and name not in refused]
    if not came and not gone:
        return 0
    tops = await top_units()
    async with work(call) as opened:
        for report in came:
            await _came(call, opened, tops, report, seen.get(report.name))
        for row in gone:
            before = row.version or ""
            row.version, row.since = None, call.now
            await row.save()
            tell(opened, tops, _gone(row.plugin, before))
            await touch_all(await bindings_of(row.plugin), call.today)
    return len(came) + len(gone)


async def _came(call: Call, opened: Work, tops: list[int], report: PluginReport, row: SeenRow | None) -> None:
    before = row.version if row is not None else None
    kept = row or SeenRow(plugin=report.name)
    kept.distribution, kept.version, kept.since = report.distribution[:200], report.version, call.now
    await kept.save()
    if before is None:
        tell(opened, tops, _installed(report))
        if row is not None:
            await touch_all(await bindings_of(report.name), call.today)
        return
    tell(opened, tops, _upgraded(report, before))
    await _rescore(report, call.today)


async def _rescore(report: PluginReport, today: date) -> None:
    """After an upgrade: months that an earlier version scored, and days that its policies judged in this month."""
    rows = ScoreRow.filter(scheme__startswith=f"{report.name}/").exclude(scheme_version=report.version)
    await mark_dirty(
        sorted({(row.employee_id, row.period) for row in await rows.only("id", "employee_id", "period")})
    )
    first = today.replace(day=1)
    policies = [row for row in await bindings_of(report.name) if row.slot == "work-time" and not row.ends]
    for row in policies:
        row.valid_from = max(row.valid_from, first)
    await touch_all(policies, today)


def _installed(report: PluginReport) -> Callable[[int], Event]:
    return lambda top: PluginInstalled(
        subject_id=top, unit_id=top, plugin=report.name, plugin_version=report.version
    )


def _upgraded(report: PluginReport, before: str) -> Callable[[int], Event]:
    return lambda top: PluginUpgraded(
        subject_id=top,
        unit_id=top,
        plugin=report.name,
        plugin_version=report.version,
        previous_version=before,
    )


def _gone(plugin: str, before: str) -> Callable[[int], Event]:
    return lambda top: PluginGone(subject_id=top, unit_id=top, plugin=plugin, previous_version=before)
