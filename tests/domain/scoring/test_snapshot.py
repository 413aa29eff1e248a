from __future__ import annotations

import io
import json
import zipfile

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import ScoringFrameInvalid
from eperf.domain.scoring import UnitPeriod, freeze, score, thaw
from eperf.plugins.builtin import norm_minutes
from eperf.testing import activity, employee, unit_period
from tests.domain.scoring.months import WEIGHED, months
from tests.support.examples import examples

MONTH = unit_period([employee(1), employee(2)], [activity(1), activity(2, employee_id=2)])


def rewritten(data: bytes, member: str, content: bytes, method: int = zipfile.ZIP_STORED) -> bytes:
    """The same archive with another content of one member, and every checksum of the archive right."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, content if name == member else old.read(name))
    return made.getvalue()


def parquet(rows: pl.DataFrame) -> bytes:
    made = io.BytesIO()
    rows.write_parquet(made)
    return made.getvalue()


@given(facts=months(), sealed=st.booleans())
@examples(14)
def test_a_thawed_month_is_the_month_that_was_frozen(facts: UnitPeriod, sealed: bool) -> None:
    frozen = freeze(facts)
    thawed = thaw(frozen.data, frozen.seal if sealed else None)
    assert thawed.input_digest == facts.input_digest
    assert thawed.input_digests == facts.input_digests
    plain = norm_minutes.NormMinutes()
    assert score(WEIGHED, plain, thawed).leaves.equals(score(WEIGHED, plain, facts).leaves)
    assert freeze(thawed) == frozen


@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
@examples(35)
def test_a_flipped_bit_breaks_the_seal(place: int, bit: int) -> None:
    frozen = freeze(MONTH)
    broken = bytearray(frozen.data)
    broken[place % len(broken)] ^= 1 << bit
    with pytest.raises(ScoringFrameInvalid) as refusal:
        thaw(bytes(broken), frozen.seal)
    assert refusal.value.field == "snapshot"


@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
@examples(70)
def test_a_flipped_bit_without_a_seal_is_refused_or_changes_nothing(place: int, bit: int) -> None:
    broken = bytearray(freeze(MONTH).data)
    broken[place % len(broken)] ^= 1 << bit
    try:
        thawed = thaw(bytes(broken))
    except ScoringFrameInvalid as refusal:
        assert str(refusal.field).startswith("snapshot")
    else:  # in a field of the archive that says nothing of the facts
        assert thawed.input_digest == MONTH.input_digest


def test_a_damaged_table_is_named() -> None:
    frozen = freeze(MONTH)
    with zipfile.ZipFile(io.BytesIO(frozen.data)) as archive:
        place = archive.getinfo("activities.parquet").header_offset + 100
    broken = bytearray(frozen.data)
    broken[place] ^= 1
    with pytest.raises(ScoringFrameInvalid) as refusal:
        thaw(bytes(broken))
    assert refusal.value.field == "snapshot.activities.parquet"


def test_without_a_seal_every_fact_is_checked_again() -> None:
    odd = MONTH.activities.with_columns(quantity_h=pl.lit(-1, dtype=pl.Int64))
    forged = rewritten(freeze(MONTH).data, "activities.parquet", parquet(odd))
    with pytest.raises(ScoringFrameInvalid) as refusal:
        thaw(forged)
    assert refusal.value.field == "activities.quantity_h"


def test_a_snapshot_of_another_version_is_refused_by_its_number() -> None:
    data = freeze(MONTH).data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        head = json.loads(archive.read("head.json"))
    with pytest.raises(ScoringFrameInvalid, match="999"):
        thaw(rewritten(data, "head.json", json.dumps(head | {"frame_version": 999}).encode()))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x05\x06" + bytes(18),
        rewritten(freeze(MONTH).data, "head.json", b"[]"),
        rewritten(freeze(MONTH).data, "head.json", b"{}"),
        rewritten(freeze(MONTH).data, "days.parquet", b"PAR1"),
        rewritten(freeze(MONTH).data, "nothing", b"", zipfile.ZIP_DEFLATED),
    ],
)
def test_what_is_no_snapshot_is_refused(data: bytes) -> None:
    with pytest.raises(ScoringFrameInvalid):
        thaw(data)


def test_a_snapshot_with_a_table_too_few_or_too_many_is_refused() -> None:
    data = freeze(MONTH).data
    made = io.BytesIO(data)
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("secrets.parquet", parquet(MONTH.days))
    with pytest.raises(ScoringFrameInvalid, match="secrets"):
        thaw(made.getvalue())
