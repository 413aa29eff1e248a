"""Plugins: what is installed, how each is, and stopping one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

import strawberry

from eperf.domain.access import Operation, Subject, require
from eperf.domain.errors import Forbidden, NotFound, Refused
from eperf.plugins.api import Contribution
from eperf.schema.context import Context
from eperf.schema.ids import global_id
from eperf.schema.problems import Problem, problem_of
from eperf.schema.scalars import Date
from eperf.services import plugin as verbs
from eperf.services.call import Call
from eperf.services.parts import Slot
from eperf.services.plugin_health import Health, health


@strawberry.type(description="What one hook of a plugin handed over at start.")
class PluginHook:
    """What one hook of a plugin handed over."""

    name: str = strawberry.field(description="The hook.")
    gives: list[str] = strawberry.field(
        description="Parts (`plugin/part`), kinds of update, groups of tables, or names of this schema, in their order."
    )


@strawberry.type(
    description="A unit that is bound to a part of the plugin today; units below it inherit that."
)
class PluginPlace:
    """A unit that is bound to a part of the plugin today."""

    unit: strawberry.ID = strawberry.field(description="The unit.")
    unit_code: str = strawberry.field(description="Its code.")
    slot: Slot = strawberry.field(description="The slot.")
    part: str = strawberry.field(description="The part, `plugin/part`.")
    valid_from: Date = strawberry.field(description="The first day.")


@strawberry.type(description="An installed plugin, how it is, and why it was left out if it was (plugin).")
class Plugin:
    """An installed plugin."""

    name: str
    distribution: str
    version: str
    requires: str | None = strawberry.field(description="The versions of eperf that it fits.")
    state: str = strawberry.field(description="`ok`, `refused` at start, or `disabled` by somebody.")
    health: str = strawberry.field(
        description="As `state`, or `waiting` when provisional scores wait for it."
    )
    cause: str | None
    waiting: int = strawberry.field(description="Provisional scores in the viewer's reach that wait for it.")
    warnings: list[str] = strawberry.field(
        description="What it uses that goes away in a later version of eperf."
    )
    parts: list[str]
    hooks: list[PluginHook] = strawberry.field(
        description="Its hooks, in the order in which they are called."
    )
    bound: list[PluginPlace] = strawberry.field(
        description="Units in the viewer's reach that are bound to it."
    )


PluginPayload = Annotated[
    Plugin | Problem, strawberry.union("PluginPayload", description="The plugin, or why nothing was changed.")
]


@strawberry.input(description="A plugin to be stopped or to run again, and why.")
class SwitchPluginInput:
    """A plugin to be stopped or to run again, and why."""

    name: str
    reason: str = strawberry.field(description="Recorded, and shown to those who wait for the plugin.")


def _shown(one: Health) -> Plugin:
    report = one.report
    return Plugin(
        name=report.name,
        distribution=report.distribution,
        version=report.version,
        requires=report.requires,
        state=report.state,
        health=one.state,
        cause=report.cause,
        waiting=one.waiting,
        warnings=list(report.warnings),
        parts=list(report.parts),
        hooks=[PluginHook(name=hook, gives=list(names)) for hook, names in report.hands_over.items()],
        bound=[
            PluginPlace(
                unit=strawberry.ID(global_id("Unit", place.unit_id)),
                unit_code=place.code,
                slot=Slot(place.slot),
                part=place.part,
                valid_from=Date(place.valid_from),
            )
            for place in one.places
        ],
    )


async def plugins(info: strawberry.Info) -> list[Plugin] | None:
    """What is installed; for those who administer plugins, and auditors."""
    viewer = info.context.seen()
    units = frozenset(unit for _, unit in viewer.grants)
    if not units:
        raise Forbidden(Operation.PLUGIN_READ.value)
    require(viewer, Operation.PLUGIN_READ, Subject(units=units))
    return [_shown(one) for one in await health(info.context.call())]


async def _switched(
    context: Context, verb: Callable[[Call, str, str], Awaitable[bool]], given: SwitchPluginInput
) -> Plugin | Problem:
    try:
        await verb(context.call(), given.name, given.reason)
        return next(_shown(one) for one in await health(context.call()) if one.report.name == given.name)
    except StopIteration:
        raise NotFound("name", given.name) from None
    except Refused as refused:
        problem = problem_of(refused, context)
        if problem is None:
            raise
        return problem


async def disable_plugin(info: strawberry.Info, input: SwitchPluginInput) -> PluginPayload:  # noqa: A002
    """Stops a plugin."""
    return await _switched(info.context, verbs.disable, input)


async def enable_plugin(info: strawberry.Info, input: SwitchPluginInput) -> PluginPayload:  # noqa: A002
    """Lets a plugin run again."""
    return await _switched(info.context, verbs.enable, input)


CONTRIBUTION = Contribution(
    query={
        "plugins": strawberry.field(resolver=plugins, description="What is installed, and what was left out.")
    },
    mutation={
        "disable_plugin": strawberry.mutation(
            resolver=disable_plugin,
            description="A plugin's parts are not offered; who is bound to them is provisional until it runs again.",
        ),
        "enable_plugin": strawberry.mutation(
            resolver=enable_plugin, description="A stopped plugin runs again; who waited for it is scored."
        ),
    },
)
