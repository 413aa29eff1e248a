"""Deciding on activities, one or many at once, and withdrawing a verification.

Whoever decides is the direct superior, the superior to whom the activity was escalated, or who acts for one of them;
nobody decides on their own, in whosever place. The activities are locked before they are looked at: of several who
decide at once one wins, and the others see what came of it and get `CONFLICT`.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from eperf.domain.access import Operation, scope
from eperf.domain.activity import (
    MOST_DECIDED,
    ActivityState,
    Decision,
    Step,
    reason,
    require_state,
    require_version,
)
from eperf.domain.attendance.calendar import zone_named
from eperf.domain.deadline import withdraw_until
from eperf.domain.errors import BadInput, Forbidden, NotFound, Refused, TooMany, VerificationFinal
from eperf.domain.events import (
    ActivityRejected,
    ActivityReturned,
    ActivityVerified,
    VerificationWithdrawn,
)
from eperf.services.call import Call, Work, answer, answered, key_of, same, work
from eperf.store import outbox
from eperf.store.activity import ActivityRow
from eperf.store.changes import Change, in_reach, locked, put, write
from eperf.store.organisation import UnitRow
from eperf.store.outbox import Key
from eperf.store.overdue import rule_on
from eperf.store.people import EmployeeRow

_EVENTS = {
    Step.VERIFIED: ActivityVerified, Step.RETURNED: ActivityReturned, Step.REJECTED: ActivityRejected,
    Step.WITHDRAWN: VerificationWithdrawn,
}  # fmt: skip
_STEPS = {Decision.VERIFY: Step.VERIFIED, Decision.RETURN: Step.RETURNED, Decision.REJECT: Step.REJECTED}


@dataclass(frozen=True)
class Outcome:
    """What became of one of many: decided, or why not."""

    activity_id: int
    refused: Refused | None = None


async def decide(
    call: Call, activity_id: int, decision: Decision, note: str | None = None, version: int | None = None
) -> int:
    """Verifies, returns or rejects a submitted activity; gives its id. Who returns or rejects says why.

    With `version` it is refused with `CONFLICT` when the activity is no longer what the caller saw.
    """
    note = decision.note(note)
    async with work(call) as opened:
        given = [activity_id, note, *([] if version is None else [version])]
        before = await answered(call, f"{decision}Activity", given)
        if before is not None:
            return before
        rows = await locked([activity_id])
        _raise(await _refusals(call, rows, [activity_id], ActivityState.SUBMITTED, {activity_id: version}))
        await _move(call, opened, list(rows.values()), _STEPS[decision], decision.leads_to, note)
        await answer(call, activity_id)
        return activity_id


async def decide_many(
    call: Call,
    ids: Sequence[int],
    decision: Decision,
    note: str | None = None,
    versions: Sequence[int] | None = None,
) -> list[Outcome]:
    """Decides on up to 500 activities alike, in one transaction; gives an outcome for each, in order.

    Those that can be decided are; each of the others keeps its own refusal. With a key each activity that was decided
    under it before is answered as decided again, and others are tried.
    """
    seen = _seen(ids, versions)
    note = decision.note(note)
    keys = {one: _key(call, decision, note, one, seen[one]) for one in ids}
    async with work(call) as opened:
        rows = await locked(ids)
        before = await outbox.answers(call.viewer.account_id, [key.text for key in keys.values() if key])
        refusals: dict[int, Refused | None] = {
            **await _refusals(call, rows, ids, ActivityState.SUBMITTED, seen)
        }
        for one, key in keys.items():
            if key is not None and key.text in before:
                refusals[one] = _again(key, before[key.text])
        good = [rows[one] for one in ids if one not in refusals]
        await _move(call, opened, good, _STEPS[decision], decision.leads_to, note)
        await outbox.keep_answers([(key, row.id) for row in good if (key := keys[row.id])], call.now)
    return [Outcome(one, refusals.get(one)) for one in ids]


async def withdraw(call: Call, activity_id: int, note: str, version: int | None = None) -> int:
    """Takes a verification back: the activity is returned with the reason and counts no longer.

    Only where a rule of the unit allows it and the month of the work is still open by that rule; else it is refused
    with `VERIFICATION_FINAL`.
    """
    note = reason(note)
    async with work(call) as opened:
        given = [activity_id, note, *([] if version is None else [version])]
        before = await answered(call, "withdrawVerification", given)
        if before is not None:
            return before
        rows = await locked([activity_id])
        _raise(await _refusals(call, rows, [activity_id], ActivityState.VERIFIED, {activity_id: version}))
        await _require_open(call, rows[activity_id])
        await _move(call, opened, list(rows.values()), Step.WITHDRAWN, ActivityState.RETURNED, note)
        await answer(call, activity_id)
        return activity_id


async def _require_open(call: Call, row: ActivityRow) -> None:
    rule = await rule_on(row.unit_id, row.date)
    zone = zone_named((await UnitRow.get(id=row.unit_id)).zone)
    until = None if rule is None else withdraw_until(rule, row.date, zone)
    if rule is None or until is None:
        raise VerificationFinal("activity", row.id, why="no rule of the unit allows it")
    if call.now >= until:
        shown = f"{until:%Y-%m-%d %H:%M}"
        raise VerificationFinal(
            "activity", row.id, why=f"its month was open until {shown} ({rule.legal_basis})"
        )


async def _refusals(
    call: Call,
    rows: Mapping[int, ActivityRow],
    ids: Sequence[int],
    state: ActivityState,
    versions: Mapping[int, int | None],
) -> dict[int, Refused]:
    """Why each that cannot be decided cannot: out of sight, not the caller's to decide, elsewhere in its life."""
    decidable = await in_reach(rows, scope(call.viewer, Operation.ACTIVITY_DECIDE))
    rest = set(rows) - decidable
    readable = await in_reach(rest, scope(call.viewer, Operation.ACTIVITY_READ)) if rest else set()
    found: dict[int, Refused] = {}
    for one in ids:
        try:
            if one not in decidable:
                _refuse(one, one in readable)
            require_state(rows[one].state, state, one)
            require_version(rows[one].version, versions[one], one)
        except Refused as refused:
            found[one] = refused
    return found


def _refuse(activity_id: int, readable: bool) -> None:
    if readable:
        raise Forbidden(Operation.ACTIVITY_DECIDE.value, "activity")
    raise NotFound("activity", activity_id)


def _raise(refusals: Mapping[int, Refused]) -> None:
    for refused in refusals.values():
        raise refused


async def _move(
    call: Call, opened: Work, rows: Sequence[ActivityRow], step: Step, state: ActivityState, note: str | None
) -> None:
    """Moves locked activities to a state by the caller's decision, keeps the change and tells of it."""
    decider = cast(int, call.viewer.employee_id)
    instead = await _incumbents(call, rows)
    for incumbent, ids in _grouped(instead).items():
        await put(
            ids, state=state.value, decided_at=call.now, decided_by_id=decider, decided_for_id=incumbent,
            decision_note=note,
        )  # fmt: skip
    changes = [
        Change(row.id, row.version + 1, step, {"state": row.state}, {"state": state.value}) for row in rows
    ]
    notes = dict.fromkeys(instead, note)
    await write(changes, call.now, by=decider, acting_for=instead, notes=notes)
    opened.emit(
        *(
            _EVENTS[step](
                subject_id=row.id,
                unit_id=row.unit_id,
                employee_id=row.employee_id,
                date=row.date,
                decided_by=decider,
            )
            for row in rows
        )
    )


async def _incumbents(call: Call, rows: Sequence[ActivityRow]) -> dict[int, int | None]:
    """In whose place the caller decides on each: the reporter's superior's, else that of who it was escalated to."""
    own, people = call.viewer.employee_id, sorted({row.employee_id for row in rows})
    above = {
        one.id: one.supervisor_id
        for one in await EmployeeRow.filter(id__in=people).only("id", "supervisor_id")
    }
    found: dict[int, int | None] = {}
    for row in rows:
        superiors = (above[row.employee_id], row.escalated_to_id)
        acted = next((one for one in superiors if one in call.viewer.stands_in_for), None)
        found[row.id] = None if own in superiors else acted
    return found


def _grouped(instead: Mapping[int, int | None]) -> dict[int | None, list[int]]:
    groups: dict[int | None, list[int]] = defaultdict(list)
    for number, incumbent in instead.items():
        groups[incumbent].append(number)
    return groups


def _seen(ids: Sequence[int], versions: Sequence[int] | None) -> dict[int, int | None]:
    if not ids:
        raise BadInput("activities", [], "names no activity")
    if len(ids) > MOST_DECIDED:
        raise TooMany("activities", MOST_DECIDED, len(ids))
    if len(set(ids)) < len(ids):
        raise BadInput("activities", len(ids), "names an activity twice")
    if versions is not None and len(versions) != len(ids):
        raise BadInput("versions", len(versions), f"expected one for each of {len(ids)} activities")
    return dict.fromkeys(ids) if versions is None else dict(zip(ids, versions, strict=True))


def _key(
    call: Call, decision: Decision, note: str | None, activity_id: int, version: int | None
) -> Key | None:
    """The part of the call's key that stands for one of the activities."""
    key = key_of(call, "decideActivities", [decision, note, activity_id, version])
    if key is None:
        return None
    text = hashlib.sha256(f"{key.text}\n{activity_id}".encode()).hexdigest()
    return Key(key.account_id, text, key.operation, key.digest)


def _again(key: Key, before: tuple[str, int]) -> Refused | None:
    try:
        same(key, before)
    except Refused as reused:
        return reused
    return None
