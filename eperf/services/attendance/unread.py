"""Lines that are no readable records: kept once each, and explained when what they say can be read after all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from eperf.domain.attendance.punch import RawPunch, SkippedLine
from eperf.services.attendance.known import Upload, content_of_line, known_of
from eperf.store.attendance import DeviceRow, PunchRow, UnreadRow, count_copies

_AT_ONCE = 500


async def keep_unread(uploads: Sequence[Upload]) -> Counter[int]:
    """Keeps lines that are no records, each once; gives how many of each upload (by `id`) were new."""
    new: Counter[int] = Counter()
    lines = [(content_of_line(one.device, skip.raw), (one, skip)) for one in uploads for skip in one.skipped]
    if not lines:
        return new
    sorted_ = await known_of(UnreadRow, lines)
    rows = [
        UnreadRow(
            source=one.source,
            device_id=one.device.id,
            line=skip.raw,
            line_no=skip.line_no,
            digest=content,
            received_at=one.received_at,
            outcome="unexplained",
            reason=skip.reason[:64],
            copies=sorted_.again.pop(content, 0),
        )
        for content, (one, skip) in sorted_.fresh.items()
    ]
    await UnreadRow.bulk_create(rows, batch_size=_AT_ONCE)
    await count_copies(UnreadRow, sorted_.again)
    new.update(id(one) for one, _ in sorted_.fresh.values())
    return new


async def unread_known(device: DeviceRow, skipped: Sequence[SkippedLine]) -> int:
    """How many of these different lines are kept already."""
    lines = [(content_of_line(device, skip.raw), skip) for skip in skipped]
    return (await known_of(UnreadRow, lines)).again.total()


async def explain_unread(fresh: Sequence[tuple[Upload, str, RawPunch]]) -> Counter[int]:
    """A line that could not be read, and now can (another column profile), is a duplicate of what it says; gives how
    many of each device were explained.
    """
    explained: Counter[int] = Counter()
    devices = sorted({one.device.id for one, _, _ in fresh})
    if not await UnreadRow.filter(device_id__in=devices, outcome="unexplained").exists():
        return explained
    said = {content_of_line(one.device, punch.raw): content for one, content, punch in fresh}
    for start in range(0, len(said), _AT_ONCE):
        lines = list(said)[start : start + _AT_ONCE]
        for row in await UnreadRow.filter(digest__in=lines, outcome="unexplained"):
            row.punch_id = (await PunchRow.get(digest=said[row.digest])).id
            row.outcome, row.reason = "duplicate", None
            await row.save(update_fields=["punch_id", "outcome", "reason"])
            explained[row.device_id] += 1
    return explained
