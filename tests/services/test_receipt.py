"""Receipts of real scores: they verify without a database, hold nobody else's facts, and go to who may have them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from eperf.domain.access import Role
from eperf.domain.errors import Conflict, Forbidden, NotFound, ReplayDiffers
from eperf.domain.scoring.bundle import FACTS, SETTINGS, unpack
from eperf.domain.scoring.facts import read
from eperf.services import receipt
from eperf.store.adjustment import AdjustmentRow
from eperf.store.scoring import DirtyRow, ScoreRow
from tests.domain.scoring.bundles import places
from tests.support.closed import OCTOBER, POINTS, adjusted, blobs, chosen, closed, scored, worked
from tests.support.database import KIND
from tests.support.town import Town

AUDITOR = (Role.AUDITOR, "city")
MADE_ON_POSTGRES = Path(__file__).with_name("october-made-on-postgresql.eperf.zip")
"""The bundle of `october` as PostgreSQL gives it. Written by: EPERF_TEST_DATABASE=postgres EPERF_WRITE_SNAPSHOTS=1
pytest tests/services/test_receipt.py"""


async def october(town: Town, tmp_path: Path) -> bytes:
    """The receipt of the office's closed October, the same on every database."""
    await chosen(town, POINTS, {"monthly_target": "6000.50", "target_basis": "Perwal Contoh 3/2026"})
    await worked(town, "Budi", quantity_h=333)
    await worked(town, "Wati", quantity_h=77, minutes=13)
    await scored(town)
    kept = blobs(tmp_path)
    await closed(town, kept)
    return await receipt.of_unit(town.call("Eka", AUDITOR), kept, town.units["office"], OCTOBER)


async def test_a_receipt_of_either_database_verifies_on_the_other_and_is_the_same(
    town: Town, tmp_path: Path
) -> None:
    made = await october(town, tmp_path)
    if KIND == "postgres" and os.environ.get("EPERF_WRITE_SNAPSHOTS"):
        MADE_ON_POSTGRES.write_bytes(made)
    other = MADE_ON_POSTGRES.read_bytes()
    for data in (made, other):
        found = receipt.verify(town.registry, data)
        assert (found.unit_code, found.period, found.people, found.final) == ("office", "2026-10", 2, 2)
        assert found.closed
    assert made == other


async def test_the_command_verifies_without_any_database_and_names_what_is_wrong(
    town: Town, tmp_path: Path
) -> None:
    made = await october(town, tmp_path)
    path = tmp_path / "bundle.eperf.zip"

    def run(data: bytes) -> subprocess.CompletedProcess[str]:
        path.write_bytes(data)
        nowhere = {**os.environ, "EPERF_DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
        command = [sys.executable, "-m", "eperf", "verify", str(path)]
        return subprocess.run(command, capture_output=True, text=True, env=nowhere, cwd=tmp_path, check=False)

    done = run(made)
    assert done.returncode == 0, done.stderr
    assert "2 people, 2 with a figure" in done.stdout
    assert done.stdout.rstrip().endswith("verified")
    for part, said in ((SETTINGS, "settings"), (FACTS["activities"], "table activities")):
        place = places(made)[part].start + 5
        broken = run(made[:place] + bytes([made[place] ^ 1]) + made[place + 1 :])
        assert broken.returncode == 2
        assert broken.stderr.startswith("BUNDLE_DAMAGED")
        assert said in broken.stderr


async def test_a_receipt_of_one_holds_nobody_elses_facts(town: Town, tmp_path: Path) -> None:
    await worked(town)
    await worked(town, "Wati")
    await scored(town)
    for kept in (blobs(tmp_path),):
        data = await receipt.of_employee(town.call("Budi"), kept, town.people["Budi"], OCTOBER)
        for table, text in unpack(data).facts.items():
            assert set(read(table, text)["employee_id"]) <= {town.people["Budi"]}
        assert not receipt.verify(town.registry, data).closed
        await closed(town, kept)
        again = await receipt.of_employee(town.call("Budi"), kept, town.people["Budi"], OCTOBER)
        found = receipt.verify(town.registry, again)
        assert (found.closed, found.people) == (True, 1)
        assert unpack(again).scores == unpack(data).scores


async def test_receipts_go_to_who_may_have_them(town: Town, tmp_path: Path) -> None:
    await worked(town)
    await scored(town)
    kept, budi, office = blobs(tmp_path), town.people["Budi"], town.units["office"]
    for call in (town.call("Budi"), town.call("Sri"), town.call("Eka", AUDITOR)):
        await receipt.of_employee(call, kept, budi, OCTOBER)
    for call in (town.call("Wati"), town.call("Eka"), town.call("Eka", (Role.INTEGRATOR, "city"))):
        with pytest.raises(Forbidden):
            await receipt.of_employee(call, kept, budi, OCTOBER)
    for call in (town.call("Budi"), town.call("Sri"), town.call("Eka", (Role.AUDITOR, "archive"))):
        with pytest.raises(Forbidden):
            await receipt.of_unit(call, kept, office, OCTOBER)
    with pytest.raises(NotFound):
        await receipt.of_unit(town.call("Eka", AUDITOR), kept, town.units["archive"], OCTOBER)


async def test_an_open_month_that_is_not_what_is_stored_has_no_receipt(town: Town, tmp_path: Path) -> None:
    await worked(town)
    await scored(town)
    await worked(town)
    with pytest.raises(Conflict, match="computed again"):
        await receipt.of_employee(town.call("Budi"), blobs(tmp_path), town.people["Budi"], OCTOBER)
    await DirtyRow.all().delete()


async def test_a_score_that_was_changed_in_the_database_does_not_replay(town: Town, tmp_path: Path) -> None:
    await worked(town)
    await scored(town)
    kept = blobs(tmp_path)
    await closed(town, kept)
    row = await ScoreRow.get()
    forged = ScoreRow(**{**dict(row), "score_h": 1})
    data = await receipt._bundle(town.call("Budi"), kept, row.unit_id, OCTOBER, [forged])
    with pytest.raises(ReplayDiffers) as refused:
        receipt.verify(town.registry, data)
    assert refused.value.field == "scores.score_h"


async def test_an_entry_has_a_receipt_of_its_run(town: Town, tmp_path: Path) -> None:
    kept = blobs(tmp_path)
    await worked(town)
    await scored(town)
    await closed(town, kept)
    await worked(town)
    await adjusted(town, kept)
    entry = await AdjustmentRow.get()
    data = await receipt.of_adjustment(town.call("Budi"), kept, entry.id)
    assert receipt.verify(town.registry, data).people == 1
    assert unpack(data).head.input_digest == entry.input_digest
    with pytest.raises(Forbidden):
        await receipt.of_adjustment(town.call("Wati"), kept, entry.id)
