"""What a catalogue item asks of a report: who may use it, how long it may take, which evidence it needs."""

from __future__ import annotations

import dataclasses
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.catalogue import (
    Attached,
    EvidenceKind,
    FractionPolicy,
    Item,
    Post,
    checked_item,
    evidence_kinds,
    positions,
    require_evidence,
    require_for,
    require_norm,
)
from eperf.domain.errors import (
    BadInput,
    EvidenceMissing,
    EvidenceTooLarge,
    ItemNotForPosition,
    MinutesOutsideNorm,
)

ITEM = Item("79", "Disposisi", "10 surat", 1000, 3000, 30, FractionPolicy.WHOLE_UNITS, date(2024, 1, 1))
STAFF = Post("implementer", "office-analyst", 7)
PHOTO, PDF, TEXT = Attached("image/jpeg", 10), Attached("application/pdf", 10), Attached("text/plain", 10)


def test_posts_are_named_by_kind_code_or_class_in_either_language() -> None:
    words = (
        "Pelaksana",
        "kelas:7",
        "code:office-head",
        "kode: office-head",
        "JPT Pratama",
        "kind:functional",
    )
    assert positions("positions", words) == (
        "class:7", "code:office-head", "kind:functional", "kind:implementer", "kind:leader_first",
    )  # fmt: skip
    assert positions("positions", positions("positions", words)) == positions("positions", words)


@pytest.mark.parametrize(
    "word", ["", "staf", "class:18", "class:0", "class:x", "class:", "code:a b", "golongan:3"]
)
def test_other_words_for_posts_are_refused(word: str) -> None:
    with pytest.raises(BadInput):
        positions("positions", (word,))


def test_an_item_for_nobody_in_particular_is_for_everybody() -> None:
    require_for(ITEM, None)
    require_for(ITEM, STAFF)


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        (("kind:implementer",), True), (("class:7",), True), (("code:office-analyst",), True),
        (("class:17", "kind:functional"), False), (("class:17", "class:7"), True), (("code:office",), False),
    ],
)  # fmt: skip
def test_one_word_that_fits_is_enough(words: tuple[str, ...], fits: bool) -> None:
    item = dataclasses.replace(ITEM, positions=words)
    if fits:
        require_for(item, STAFF)
    else:
        with pytest.raises(ItemNotForPosition) as refused:
            require_for(item, STAFF)
        assert refused.value.field == "item"
    with pytest.raises(ItemNotForPosition):
        require_for(item, None)


@given(
    st.integers(1, 1440), st.integers(1, 10_000_000), st.integers(1, 1_000_000),
    st.none() | st.integers(0, 2_000), st.none() | st.integers(0, 2_000),
)  # fmt: skip
def test_the_norm_is_of_one_unit_and_exact(
    minutes: int, quantity_h: int, unit_size_h: int, least: int | None, most: int | None
) -> None:
    item = dataclasses.replace(ITEM, unit_size_h=unit_size_h, least_min=least, most_min=most)
    of_one_unit = Fraction(minutes) / Fraction(quantity_h, unit_size_h)
    fits = (least is None or of_one_unit >= least) and (most is None or of_one_unit <= most)
    if fits:
        require_norm(item, minutes, quantity_h)
    else:
        with pytest.raises(MinutesOutsideNorm) as refused:
            require_norm(item, minutes, quantity_h)
        assert refused.value.field == "minutes"


def test_each_kind_of_evidence_has_to_be_there_and_says_in_which_field() -> None:
    item = dataclasses.replace(ITEM, evidence=tuple(EvidenceKind))
    require_evidence(item, [PHOTO, PDF, TEXT], 1)
    for files, links, field in (
        ([PDF], 1, "evidence"),
        ([PHOTO, TEXT], 1, "evidence"),
        ([PHOTO, PDF], 0, "links"),
    ):
        with pytest.raises(EvidenceMissing) as refused:
            require_evidence(item, files, links)
        assert refused.value.field == field
    require_evidence(ITEM, [], 0)


def test_no_file_is_larger_than_the_item_allows() -> None:
    item = dataclasses.replace(ITEM, evidence_bytes=10)
    require_evidence(item, [PHOTO, PDF], 0)
    with pytest.raises(EvidenceTooLarge):
        require_evidence(item, [PHOTO, Attached("text/plain", 11)], 0)


def test_kinds_of_evidence_are_read_in_either_language() -> None:
    assert evidence_kinds("evidence", ("Tautan", "foto", "photo")) == (EvidenceKind.PHOTO, EvidenceKind.LINK)
    with pytest.raises(BadInput, match="photo, pdf or link"):
        evidence_kinds("evidence", ("video",))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"least_min": -1}, "leastMin"), ({"most_min": 100_001}, "mostMin"), ({"least_min": 9, "most_min": 8}, "mostMin"),
        ({"positions": ("staf",)}, "positions"), ({"positions": ("class:1",) * 51}, "positions"),
        ({"evidence": ("video",)}, "evidence"), ({"evidence_bytes": 0}, "evidenceBytes"),
    ],
)  # fmt: skip
def test_terms_that_nobody_could_keep_are_refused(changes: dict[str, object], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked_item(dataclasses.replace(ITEM, **changes))
    assert refused.value.field == field
