"""R15: what a plugin does wrong harms the units that are bound to it, and nobody else; and it passes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from eperf.app import leader
from eperf.domain.scoring import breaker as rules
from eperf.plugins.guests import Budget, Pool
from eperf.services import guests as service
from eperf.services.guests import guests
from eperf.store.breaker import BreakerRow
from tests.faults.chaos import HARMLESS, MISDEEDS
from tests.faults.chaos_town import ChaosTown, all_scored, build, leading, until
from tests.support import database as support

BUDGET = Budget(seconds=2, mebibytes=512)


@pytest.fixture(scope="module")
def processes() -> Iterator[Pool]:
    """One pool for all: what one test's plugin does to its process is not the next one's trouble either."""
    with guests(BUDGET) as pool:
        service._pools.remove(pool)
        yield pool
        service._pools.append(pool)


@pytest.fixture(autouse=True)
def pool(processes: Pool, monkeypatch: pytest.MonkeyPatch) -> Pool:
    monkeypatch.setattr(service, "_pools", [processes])
    monkeypatch.setattr(leader, "_LOOK_FOR_TRIALS", 0.05)
    monkeypatch.setattr(rules, "FIRST_SECONDS", 3600)
    return processes


async def before_and_after(town: ChaosTown, url: str) -> tuple[set[str | None], list[str]]:
    """Scores the town well, then ill, then well again; gives the causes meanwhile, and the breakers' states."""
    async with leading(town, url):
        await town.again()
        await until(all_scored)
        well = await town.scores(suffering=False), await town.scores(suffering=True)
        assert await town.causes() == {None}
        town.go_wrong()
        await town.again()
        await until(all_scored)
        causes, breakers = await town.causes(), await BreakerRow.all()
        assert await town.scores(suffering=False) == well[0]
        town.mend()
        await BreakerRow.all().update(retry_at=0)  # time passes
        await until(lambda: _mended(town))
        assert (await town.scores(suffering=False), await town.scores(suffering=True)) == well
        assert not await BreakerRow.all().exists()
    assert {row.unit_id for row in breakers} <= {town.suffering}
    return causes, [row.state for row in breakers]


async def _mended(town: ChaosTown) -> bool:
    return await all_scored() and await town.causes() == {None}


FEW = ("raises", "os-exit", "hangs", "nul-in-a-label")
MORE = (
    *FEW, "system-exit", "segfault", "kills-the-server", "sleeps", "allocates", "nan", "too-few-rows", "wrong-type",
    "reads-a-file", "floods-stdout",
)  # fmt: skip
"""What the suite tries, on the second database less of it; everything by `make fault`."""


def _misdeeds() -> list[str]:
    if "EPERF_R15_SECONDS" in os.environ:
        return list(MISDEEDS)
    return list(MORE if support.KIND == "sqlite" else FEW)


@pytest.mark.fault
@pytest.mark.parametrize("misdeed", _misdeeds())
async def test_nineteen_units_do_not_notice_and_the_twentieth_is_provisional_and_recovers(
    database: str, misdeed: str, tmp_path: Path
) -> None:
    town = await build(f"chaos/{misdeed}", tmp_path / "wrong")
    causes, states = await before_and_after(town, database)
    cause = MISDEEDS[misdeed][1].format(misdeed)
    if cause.startswith(rules.HEAVY):
        assert causes <= {cause, f"breaker-open:{cause}"}
        assert states == ["open"]
    else:
        assert causes == {cause}
        assert states == ["closed"]  # two months failed; the third would open it


@pytest.mark.fault
@pytest.mark.parametrize("quirk", HARMLESS)
async def test_what_stays_in_its_own_process_harms_nobody_at_all(
    database: str, quirk: str, tmp_path: Path
) -> None:
    town = await build(f"chaos/{quirk}", tmp_path / "wrong")
    assert await before_and_after(town, database) == ({None}, [])
