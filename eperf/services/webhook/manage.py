"""Making, changing, pausing, resuming and removing webhooks.

A webhook belongs to the account that made it and carries the roles that its maker had: it never sends what the owner
may not see at that moment, nor more than the token could with which it was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from eperf.adapters.standard_webhooks import new_secret
from eperf.domain.access import Operation, scope
from eperf.domain.errors import BadInput, Conflict, Forbidden, TooMany, Unavailable
from eperf.domain.text import bounded, clean
from eperf.domain.webhook.endpoint import endpoint_of
from eperf.domain.webhook.state import WebhookState
from eperf.services.call import Call, answer, answered, work
from eperf.services.webhook.outlet import Outlet
from eperf.services.webhook.whose import FIELD, own, own_or_stopped, tell
from eperf.store import deliveries, log
from eperf.store.access import AccountRow
from eperf.store.organisation import UnitRow
from eperf.store.scope import below, subject_of_unit
from eperf.store.webhook import WebhookRow

MOST_WEBHOOKS = 20
"""Webhooks of one account."""
MOST_KINDS, MOST_UNITS = 50, 100
MOST_OVERLAP_HOURS = 14 * 24


@dataclass(frozen=True)
class NewWebhook:
    """What a webhook is to be. `units` lie at or below `unit_id` (none: all of it), `kinds` none: all."""

    name: str
    url: str
    unit_id: int
    units: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    selection: str | None = None


@dataclass(frozen=True)
class Changes:
    """What is to be different; None leaves it as it is, an empty selection sends the facts alone."""

    name: str | None = None
    url: str | None = None
    units: tuple[int, ...] | None = None
    kinds: tuple[str, ...] | None = None
    selection: str | None = None


@dataclass(frozen=True)
class Issued:
    """A webhook with a secret that was made. `secret` is shown this once; None when the same key asks again."""

    id: int
    secret: str | None


async def create(call: Call, new: NewWebhook, outlet: Outlet | None) -> Issued:
    """A webhook of the caller's account, which waits for its verification."""
    call.require(Operation.WEBHOOK_WRITE, await subject_of_unit(new.unit_id), "unit")
    name, to = clean("name", new.name, most=100), endpoint_of(new.url)
    selection = _selection(new.selection, outlet)
    kinds = _kinds(call, new.kinds)
    units = await _units(new.unit_id, new.units)
    given = [name, str(to), new.unit_id, units, kinds, selection]
    async with work(call) as opened:
        before = await answered(call, "createWebhook", given)
        if before is not None:
            return Issued(before, None)
        await _require_room(call)
        row = await WebhookRow.create(
            account_id=call.viewer.account_id, unit_id=new.unit_id, name=name, url=str(to), host=to.host,
            roles=sorted(role.value for role in call.viewer.roles), kinds=kinds, units=units, selection=selection,
            state=WebhookState.PENDING.value, secret=new_secret(), cursor=await log.head(),
            created_at=call.now, changed_at=call.now,
        )  # fmt: skip
        tell(opened, row, "created")
        await answer(call, row.id)
    return Issued(row.id, row.secret)


async def change(call: Call, webhook_id: int, changes: Changes, outlet: Outlet | None) -> int:
    """Changes a webhook of one's own; at another address it has to be verified again. Gives its id."""
    row = await own(call, webhook_id)
    given = await _changed(call, row, changes, outlet)
    async with work(call) as opened:
        await WebhookRow.filter(id=row.id).update(**given, changed_at=call.now)
        tell(opened, row, "changed")
    return int(row.id)


async def _changed(call: Call, row: WebhookRow, changes: Changes, outlet: Outlet | None) -> dict[str, object]:
    given: dict[str, object] = {}
    if changes.name is not None:
        given["name"] = clean("name", changes.name, most=100)
    if changes.kinds is not None:
        given["kinds"] = _kinds(call, changes.kinds)
    if changes.units is not None:
        given["units"] = await _units(row.unit_id, changes.units)
    if changes.selection is not None:
        given["selection"] = _selection(changes.selection, outlet) if changes.selection.strip() else None
    if changes.url is not None and str(to := endpoint_of(changes.url)) != row.url:
        # Who receives there has not been asked; and what failed at the old address says nothing of the new one.
        fresh = {"state": WebhookState.PENDING.value, "cause": None, "failures": 0, "failing_since": None}
        given |= {"url": str(to), "host": to.host, "rest_until": 0, **fresh}
    return given


async def rotate(call: Call, webhook_id: int, overlap_hours: int) -> Issued:
    """A new secret for a webhook of one's own; the one before signs too until the overlap has passed."""
    bounded("overlapHours", overlap_hours, 0, MOST_OVERLAP_HOURS)
    row = await own(call, webhook_id)
    async with work(call) as opened:
        before = await answered(call, "rotateWebhookSecret", [webhook_id, overlap_hours])
        if before is not None:
            return Issued(before, None)
        secret, until = new_secret(), call.now + timedelta(hours=overlap_hours)
        taken = await WebhookRow.filter(id=row.id, secret=row.secret).update(
            secret=secret, previous_secret=row.secret, previous_until=until, changed_at=call.now
        )
        if not taken:
            raise Conflict(FIELD, webhook_id, "its secret was changed meanwhile")
        tell(opened, row, "secret-rotated")
        await answer(call, row.id)
    return Issued(row.id, secret)


async def pause(call: Call, webhook_id: int) -> int:
    """Stops an active webhook; what happens meanwhile is sent when it goes on. Gives its id."""
    row = await own_or_stopped(call, webhook_id)
    async with work(call) as opened:
        states = [WebhookState.ACTIVE.value]
        if not await WebhookRow.filter(id=row.id, state__in=states).update(
            state=WebhookState.PAUSED.value, changed_at=call.now
        ):
            raise Conflict(FIELD, webhook_id, f"it is {row.state}")
        tell(opened, row, "paused")
    return int(row.id)


async def resume(call: Call, webhook_id: int, *, skip: bool = False) -> int:
    """Lets a paused or disabled webhook of one's own go on where it stood, or with `skip` from now on. Gives its id.

    Refuses one whose place the log no longer holds, unless it is skipped.
    """
    row = await own(call, webhook_id)
    async with work(call) as opened:
        head, oldest = await log.head(), await log.oldest()
        if not skip and row.cursor < oldest - 1:
            raise Conflict(
                FIELD,
                webhook_id,
                f"the log begins at {oldest}, it stands at {row.cursor}: skip, or make anew",
            )
        resumed = await WebhookRow.filter(
            id=row.id, state__in=[WebhookState.PAUSED.value, WebhookState.DISABLED.value]
        ).update(
            state=WebhookState.ACTIVE.value, cause=None, failures=0, failing_since=None, rest_until=0,
            cursor=head if skip else row.cursor, changed_at=call.now,
        )  # fmt: skip
        if not resumed:
            raise Conflict(FIELD, webhook_id, f"it is {row.state}")
        await deliveries.hurry(row.id)
        tell(opened, row, "resumed")
    return int(row.id)


async def remove(call: Call, webhook_id: int) -> int:
    """Takes a webhook away for good, with its secrets; the log of its deliveries stays for a while. Gives its id."""
    row = await own_or_stopped(call, webhook_id)
    async with work(call) as opened:
        await WebhookRow.filter(id=row.id).update(
            state=WebhookState.REMOVED.value, cause=None, secret="", previous_secret=None, changed_at=call.now
        )
        tell(opened, row, "removed")
    return int(row.id)


def _selection(text: str | None, outlet: Outlet | None) -> str | None:
    if text is None:
        return None
    if outlet is None:
        raise Unavailable
    return outlet.checked(text)


def _kinds(call: Call, kinds: Sequence[str]) -> list[str]:
    if len(kinds) > MOST_KINDS:
        raise BadInput("kinds", len(kinds), f"more than {MOST_KINDS} kinds")
    known = call.parts.event_kinds
    for kind in kinds:
        if kind not in known:
            raise BadInput("kinds", kind, "no such kind of update is installed")
    return sorted(set(kinds))


async def _units(home: int, units: Sequence[int]) -> list[int]:
    """Units at or below a webhook's own."""
    if len(units) > MOST_UNITS:
        raise BadInput("units", len(units), f"more than {MOST_UNITS} units")
    found = await UnitRow.filter(id__in=below([home])).filter(id__in=list(units)).only("id")
    inside = {row.id for row in found}
    for unit in units:
        if unit not in inside:
            raise BadInput("units", unit, "not the webhook's unit, nor one below it")
    return sorted(inside)


async def _require_room(call: Call) -> None:
    if not scope(call.viewer, Operation.EVENT_READ).units:
        raise Forbidden(Operation.EVENT_READ.value)
    await AccountRow.select_for_update().get_or_none(id=call.viewer.account_id)
    alive = WebhookRow.filter(account_id=call.viewer.account_id).exclude(state=WebhookState.REMOVED.value)
    count = await alive.count()
    if count >= MOST_WEBHOOKS:
        raise TooMany("webhooks", MOST_WEBHOOKS, count + 1)
