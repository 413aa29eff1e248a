"""When jobs of plugins are due: a row keeps it, so that neither a restart nor a new leader runs one twice or never."""

from __future__ import annotations

from datetime import datetime

from eperf.plugins.chores import Job
from eperf.store.guest import JobRow


async def due(name: str, job: Job, now: datetime) -> datetime:
    """When the job `plugin/name` is to run next; one that is seen for the first time waits for its schedule.

    A schedule that comes earlier than what was kept has been changed since, and counts.
    """
    coming = job.after(now)
    row, _ = await JobRow.get_or_create(name=name, defaults={"due_at": coming})
    if row.due_at > coming:
        await JobRow.filter(id=row.id).update(due_at=coming)
    return min(row.due_at, coming)


async def begin(name: str, job: Job, now: datetime) -> bool:
    """Takes the run that is due and sets the next; False when it is not due any more."""
    taken = JobRow.filter(name=name, due_at__lte=now)
    return bool(await taken.update(due_at=job.after(now), started_at=now, ended_at=None, cause=""))


async def end(name: str, now: datetime, cause: str = "") -> None:
    """Notes how the run ended; `cause` is empty where it ended well."""
    await JobRow.filter(name=name).update(ended_at=now, cause=cause[:300])
