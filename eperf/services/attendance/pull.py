"""Asking machines and clouds for their records, portion by portion, and what became of it.

A portion and its resume point are stored in one transaction, so a pull that breaks off goes on where it was. A device
that does not answer harms nobody else: the failure stands on the device, and it is asked again, later each time.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import structlog

from eperf.domain.attendance.calendar import zone_named, zone_offset_min
from eperf.domain.attendance.pull import Outside, PullRead, PullSource, next_pull
from eperf.domain.attendance.source import DeviceState
from eperf.domain.errors import BadInput, NotFound, PullFailed, Refused, TooMany
from eperf.plugins.report import Registered
from eperf.services.attendance.intake import Taken, take_in
from eperf.services.call import Call, work
from eperf.store.attendance import DeviceRow
from eperf.store.organisation import UnitRow

MOST_PORTIONS: Final = 500
"""Portions of one pull; the rest waits for the next one."""

MOST_RECORDS: Final = 500_000
_PORTION_SECONDS = 300
_AT_ONCE = 1000
_SIDE_BY_SIDE = 4
_ERROR_CHARS = 300
logger = structlog.get_logger("eperf.pull")


@dataclass(frozen=True, slots=True)
class Pulled:
    """What asking one device came to; `error` is why it ended, None when all of it came."""

    serial: str
    used: int = 0
    duplicates: int = 0
    unexplained: int = 0
    error: str | None = None

    def plus(self, taken: Taken) -> Pulled:
        """With the records of one more portion."""
        return replace(
            self,
            used=self.used + taken.used,
            duplicates=self.duplicates + taken.duplicates,
            unexplained=self.unexplained + taken.unexplained,
        )


async def pull_named(call: Call, serial: str, outside: Outside, every: timedelta) -> Pulled:
    """Asks one device now, whether it is due or not; refuses one that is not registered to be asked."""
    device = await DeviceRow.get_or_none(serial=serial)
    if device is None:
        raise NotFound("device", serial)
    if not _is_asked(call, device):
        raise BadInput("device", serial, "its source and its options do not say that it is to be asked")
    return await _pull(call, device, outside, every)


async def pull_due(call: Call, outside: Outside, every: timedelta) -> list[Pulled]:
    """Asks every device whose time has come, a few side by side."""
    rows = DeviceRow.filter(state="active", unit_id__isnull=False).order_by("pull_at", "id")
    due = [row for row in await rows if _is_due(call, row)]
    places = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def one(device: DeviceRow) -> Pulled:
        async with places:
            return await _pull(call, device, outside, every)

    return list(await asyncio.gather(*(one(device) for device in due)))


def _is_due(call: Call, device: DeviceRow) -> bool:
    try:
        return (device.pull_at is None or device.pull_at <= call.now) and _is_asked(call, device)
    except Exception:
        # A source's trouble keeps no machine of another one from being asked.
        logger.exception("pull.failed", source=device.source, device=device.serial)
        return False


def _is_asked(call: Call, device: DeviceRow) -> bool:
    source = call.parts.sources.get(device.source)
    if source is None or device.state != "active" or device.unit_id is None:
        return False
    return isinstance(source.part, PullSource) and source.part.is_asked(device.options or {})


async def _pull(call: Call, device: DeviceRow, outside: Outside, every: timedelta) -> Pulled:
    source = call.parts.sources[device.source]
    done = Pulled(device.serial)
    zone = (await UnitRow.get(id=device.unit_id)).zone
    stamps: Mapping[str, str] = device.stamps
    try:
        for _ in range(MOST_PORTIONS):
            read = await _portion(call, source, device, stamps, zone, outside)
            done = done.plus(await _store(call, source.key, device.id, read, zone))
            stamps = {**stamps, **read.stamps}
            if not read.more:
                break
    except Refused as refusal:
        # As the API says it, so with values that may be shown: a secret is in none.
        done = replace(done, error=refusal.message("en")[:_ERROR_CHARS])
    except Exception as failure:
        logger.exception("pull.failed", source=source.key, device=device.serial)
        done = replace(done, error=f"the source failed ({type(failure).__name__})")
    await _note(call, device.id, done.error, every)
    return done


async def _portion(
    call: Call,
    source: Registered[Any],
    device: DeviceRow,
    stamps: Mapping[str, str],
    zone: str,
    outside: Outside,
) -> PullRead:
    state = DeviceState(
        serial=device.serial,
        state="active",
        zone_offset_min=zone_offset_min(zone_named(zone)),
        stamps=stamps,
        options=device.options or {},
    )
    try:
        async with asyncio.timeout(_PORTION_SECONDS):
            read: PullRead = await _aside(source.part.pull, state, call.now, outside)
    except TimeoutError:
        why = f"nothing whole within {_PORTION_SECONDS} seconds"
        raise PullFailed("device", device.serial, why) from None
    if len(read.punches) + len(read.skipped) > MOST_RECORDS:
        raise TooMany("records", MOST_RECORDS, len(read.punches) + len(read.skipped))
    return read


async def _aside(pull: Callable[..., PullRead], *given: Any) -> PullRead:
    """Runs a pull in a thread that nobody waits for at the end: a machine that is silent must not hold up a stop."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[PullRead] = loop.create_future()

    def tell(read: PullRead | None, failure: Exception | None) -> None:
        if done.done():
            return
        if failure is not None or read is None:
            done.set_exception(failure or RuntimeError("the source gave nothing"))
        else:
            done.set_result(read)

    def run() -> None:
        read, failure = None, None
        try:
            read = pull(*given)
        except Exception as raised:
            failure = raised
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, read, failure)

    threading.Thread(target=run, name="pull", daemon=True).start()
    return await done


async def _store(call: Call, source: str, device_id: int, read: PullRead, zone: str) -> Taken:
    """Keeps a portion, some at a time; its resume point goes last, and what is stored twice by then counts once."""
    whole = Taken()
    places = range(0, max(len(read.punches), len(read.skipped), 1), _AT_ONCE)
    for start in places:
        punches = read.punches[start : start + _AT_ONCE]
        skipped = read.skipped[start : start + _AT_ONCE]
        async with work(call) as opened:
            device = await DeviceRow.select_for_update().get(id=device_id)
            if start == places[-1]:
                device.stamps = {**device.stamps, **read.stamps}
                device.last_seen_at = call.now
                await device.save(update_fields=["stamps", "last_seen_at"])
            taken = await take_in(call, opened, device, source, punches, skipped, zone)
        whole = Taken(
            whole.used + taken.used,
            whole.duplicates + taken.duplicates,
            whole.unexplained + taken.unexplained,
        )
    return whole


async def _note(call: Call, device_id: int, error: str | None, every: timedelta) -> None:
    async with work(call):
        device = await DeviceRow.select_for_update().get(id=device_id)
        device.pull_failures = device.pull_failures + 1 if error else 0
        device.pull_at = next_pull(call.now, every, device.pull_failures)
        if error:
            device.pull_failed_at, device.pull_error = call.now, error
        else:
            device.pulled_at, device.pull_error = call.now, None
        fields = ("pull_at", "pulled_at", "pull_failed_at", "pull_error", "pull_failures")
        await device.save(update_fields=fields)
