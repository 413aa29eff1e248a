"""A bundle replays to the same figures; whatever is changed in it, by accident or on purpose, is named."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import (
    BundleDamaged,
    BundleUnreadable,
    Refused,
    ReplayDiffers,
    SchemeNotInstalled,
    TooMany,
)
from eperf.domain.scoring import UnitPeriod
from eperf.domain.scoring.bundle import (
    FACTS,
    LEAVES,
    MANIFEST,
    MOST_BYTES,
    PARTS,
    SCORES,
    SEAL,
    SETTINGS,
    pack,
    unpack,
)
from eperf.domain.scoring.facts import read, written
from eperf.services.receipt import verify
from eperf.testing import activity, day, employee, unit_period
from eperf.testing.unit_period import MARCH
from tests.domain.scoring.bundles import KEY, REGISTRY, bundle_of, places
from tests.domain.scoring.months import months
from tests.support.examples import examples

MONTH = unit_period(
    [employee(1, nip="1"), employee(2)],
    [activity(1, norm_min=90, quantity=2), activity(2, employee_id=2, norm_min=30, name="Rapat\tdinas")],
    [day(MARCH.first + timedelta(days=n)) for n in range(5)],
)
BUNDLE = bundle_of(MONTH)
TYPED = (BundleDamaged, BundleUnreadable)


def flipped(place: int, bit: int) -> bytes:
    changed = bytearray(BUNDLE)
    changed[place] ^= 1 << bit
    return bytes(changed)


def reworked(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The bundle with one part changed and everything sealed again, as a forger would."""
    opened = unpack(BUNDLE)
    parts = {SCORES: opened.scores, LEAVES: opened.leaves}
    facts = dict(opened.facts)
    if name in facts:
        facts[name] = change(facts[name])
    else:
        parts[name] = change(parts[name])
    return pack(opened.head, facts, opened.settings, parts[SCORES], parts[LEAVES])


@given(facts=months())
@examples(14)
def test_any_month_replays_to_the_same_figures_and_the_same_bytes(facts: UnitPeriod) -> None:
    data = bundle_of(facts)
    found = verify(REGISTRY, data)
    assert (found.people, found.period, found.scheme) == (facts.employees.height, "2026-03", KEY)
    assert found.input_digest == facts.input_digest
    assert bundle_of(facts) == data


PART_NAMES = {
    SEAL: "manifest", MANIFEST: "manifest", SETTINGS: "settings", SCORES: "scores", LEAVES: "leaves",
    **dict.fromkeys(FACTS.values(), "snapshot"),
}  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
@given(data=st.data())
@examples(14)
def test_a_flipped_bit_is_named_by_its_part(part: str, data: st.DataObject) -> None:
    where = places(BUNDLE)[part]
    place = data.draw(st.integers(where.start, where.stop - 1))
    with pytest.raises(BundleDamaged) as refused:
        verify(REGISTRY, flipped(place, data.draw(st.integers(0, 7))))
    assert refused.value.field == PART_NAMES[part]
    if part in FACTS.values():
        assert FACTS[str(refused.value.value)] == part


@given(data=st.data())
@examples(52)
def test_no_bit_of_the_archive_around_the_parts_can_be_flipped_unseen(data: st.DataObject) -> None:
    inside = {place for where in places(BUNDLE).values() for place in where}
    place = data.draw(st.sampled_from([one for one in range(len(BUNDLE)) if one not in inside]))
    with pytest.raises(TYPED):
        verify(REGISTRY, flipped(place, data.draw(st.integers(0, 7))))


def test_a_flipped_bit_of_a_score_or_a_leaf_says_whose_it_is() -> None:
    for part, whose in ((SCORES, "employee 2"), (LEAVES, "employee 2, leaf 0")):
        where = places(BUNDLE)[part]
        with pytest.raises(BundleDamaged) as refused:
            verify(REGISTRY, flipped(where.stop - 12, 1))
        assert (refused.value.field, refused.value.value) == (part.partition(".")[0], whose)
    # Without the scheme the part is all that can be told.
    gone = bytearray(bundle_of(MONTH, scheme="gone/scheme"))
    gone[places(bytes(gone))[SCORES].stop - 12] ^= 1
    with pytest.raises(BundleDamaged) as refused:
        verify(REGISTRY, bytes(gone))
    assert (refused.value.field, refused.value.value) == ("scores", None)


def test_more_rows_than_anybody_has_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eperf.domain.scoring.facts.MOST_ROWS", 1)
    with pytest.raises(BundleUnreadable, match="rows"):
        verify(REGISTRY, BUNDLE)


def test_a_bundle_that_nobody_would_read_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eperf.domain.scoring.bundle.MOST_BYTES", 100)
    with pytest.raises(TooMany, match="bundle bytes"):
        bundle_of(MONTH)
    with pytest.raises(BundleUnreadable, match="more than 100"):
        verify(REGISTRY, BUNDLE)


def line(part: bytes, number: int, **changes: Any) -> bytes:
    rows = [json.loads(one) for one in part.splitlines()]
    rows[number] = {**rows[number], **changes}
    return "".join(
        json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n" for row in rows
    ).encode()


@pytest.mark.parametrize(
    ("name", "change", "field", "whose"),
    [
        (SCORES, lambda part: line(part, 1, score_h=9_999), "scores.score_h", "employee 2"),
        (SCORES, lambda part: line(part, 0, input_digest="sha256:0"), "scores.input_digest", "employee 1"),
        (SCORES, lambda part: part.splitlines(keepends=True)[0], "scores", "employee 2"),
        (LEAVES, lambda part: line(part, 0, amount="99.00"), "leaves.amount", "employee 1, leaf 0"),
        (LEAVES, lambda part: line(part, 0, legal_basis="-"), "leaves.legal_basis", "employee 1, leaf 0"),
        (LEAVES, lambda part: part + part.splitlines(keepends=True)[-1], "leaves", "employee 2, leaf"),
    ],
)
def test_a_figure_that_is_forged_and_sealed_again_is_named_with_whose_it_is(
    name: str, change: Callable[[bytes], bytes], field: str, whose: str
) -> None:
    with pytest.raises(ReplayDiffers) as refused:
        verify(REGISTRY, reworked(name, change))
    assert refused.value.field == field
    assert str(refused.value.value).startswith(whose)


def test_facts_that_are_forged_and_sealed_again_do_not_give_the_scores() -> None:
    other = unit_period([employee(1), employee(2)], [activity(1, norm_min=900), activity(2, employee_id=2)])
    opened, forged = unpack(BUNDLE), unpack(bundle_of(other))
    head = forged.head
    with pytest.raises(ReplayDiffers, match="employee 1"):
        verify(REGISTRY, pack(head, forged.facts, opened.settings, opened.scores, opened.leaves))


def test_a_head_that_is_of_something_else_is_named() -> None:
    for changes in ({"unit_code": "U-2"}, {"unit_id": 2}, {"working_days": 3}, {"input_digest": "sha256:0"}):
        with pytest.raises(BundleDamaged) as refused:
            verify(REGISTRY, bundle_of(MONTH, **changes))
        assert refused.value.field == "snapshot"
    with pytest.raises(BundleDamaged) as refused:
        verify(REGISTRY, bundle_of(MONTH, people=3))
    assert refused.value.field == "manifest"
    for changes in ({"period": "2026-04"}, {"period": "x"}, {"working_days": 32}, {"frame_version": 99}):
        with pytest.raises(BundleUnreadable) as unreadable:
            verify(REGISTRY, bundle_of(MONTH, **changes))
        assert unreadable.value.field == "snapshot"
    with pytest.raises(BundleDamaged) as refused:
        verify(REGISTRY, bundle_of(MONTH, settings_digest="sha256:0"))
    assert refused.value.field == "settings"


@pytest.mark.parametrize(
    "changes", [{"scheme": "gone/scheme"}, {"scheme_version": "0.0.9"}, {"scheme_revision": "9"}]
)
def test_a_scheme_that_is_not_installed_in_that_version_is_named(changes: dict[str, str]) -> None:
    with pytest.raises(SchemeNotInstalled) as refused:
        verify(REGISTRY, bundle_of(MONTH, **changes))
    assert next(iter(changes.values())) in refused.value.message("en")


def archive_of(parts: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", compression) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return written.getvalue()


HOSTILE = {
    "nothing": b"",
    "no archive": b"x" * 100,
    "a bomb": archive_of(dict.fromkeys(PARTS, b"\0" * 50_000_000), zipfile.ZIP_DEFLATED),
    "compressed": archive_of(dict.fromkeys(PARTS, b"{}"), zipfile.ZIP_DEFLATED),
    "other names": archive_of({"../../etc/passwd": b"x", **dict.fromkeys(PARTS[1:], b"{}")}),
    "a part twice": BUNDLE + BUNDLE,
    "cut": BUNDLE[:-30],
    "too large": b"\0" * (MOST_BYTES + 1),
    "no manifest": archive_of(dict.fromkeys(PARTS, b"[]")),
    "deep json": archive_of({**dict.fromkeys(PARTS, b"{}"), MANIFEST: b"[" * 200_000}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_bundle_is_refused_by_type(name: str) -> None:
    with pytest.raises(TYPED):
        verify(REGISTRY, HOSTILE[name])


@given(data=st.binary(max_size=400))
@examples(35)
def test_any_bytes_are_refused_by_type(data: bytes) -> None:
    with pytest.raises(Refused):
        verify(REGISTRY, data)


WRONG = {
    "nothing": lambda text: b"",
    "no names": lambda text: text.partition(b"\n")[2],
    "cut": lambda text: text[:-1],
    "not UTF-8": lambda text: text + b"\xff\n",
    "a value more": lambda text: text.replace(b"\n", b"\t1\n"),
    "a number that is none": lambda text: text.replace(b"60", b"+60"),
    "a number too long": lambda text: text.replace(b"60", b"9" * 30),
    "a day that is none": lambda text: text.replace(b"2026-03-01", b"2026-02-30"),
    "a day of another form": lambda text: text.replace(b"2026-03-01", b"20260301"),
    "an escape that means nothing": lambda text: text.replace(b"Rapat", b"\\x"),
    "an escape cut off": lambda text: text.replace(b"Rapat\\tdinas", b"\\"),
    "a word that is none": lambda text: text.replace(b"verified", b"counted"),
    "a stranger": lambda text: text.replace(b"\t2\t", b"\t3\t"),
    "missing": lambda text: text.replace(b"verified", b"\\N"),
}


@pytest.mark.parametrize("name", WRONG)
def test_facts_that_do_not_fit_are_refused_by_type_when_they_are_sealed(name: str) -> None:
    with pytest.raises(BundleUnreadable) as refused:
        verify(REGISTRY, reworked("activities", WRONG[name]))
    assert refused.value.field == "snapshot"


@given(data=st.data())
@examples(52)
def test_facts_that_a_forger_has_changed_and_sealed_are_refused_by_type(data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(sorted(FACTS)))

    def broken(text: bytes) -> bytes:
        changed = bytearray(text)
        for _ in range(data.draw(st.integers(1, 6))):
            changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
        return bytes(changed)

    forged = reworked(table, broken)
    if forged != BUNDLE:
        with pytest.raises(TYPED):
            verify(REGISTRY, forged)


@given(facts=months())
@examples(21)
def test_facts_as_text_are_the_same_facts(facts: UnitPeriod) -> None:
    for table in FACTS:
        rows = getattr(facts, table)
        assert read(table, written(rows)).equals(rows)
