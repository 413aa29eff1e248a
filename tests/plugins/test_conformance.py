"""The laws of scoring: every installed scheme keeps them, and each planted fault is told by the name of its law."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.scoring import Scheme, score
from eperf.plugins import registry
from eperf.plugins.settings import settings_of
from eperf.testing import (
    LawBroken,
    Run,
    assert_explained,
    assert_missing_is_said,
    assert_order_free,
    assert_pure,
    assert_same_elsewhere,
    assert_settings_are_asked_for,
    random_month,
    scored,
)
from tests.plugins import planted
from tests.support.examples import examples
from tests.support.installed_schemes import INSTALLED, Installed

REGISTRY = registry.load(strict=True)
SEEDS = st.integers(0, 2**32)
EACH = pytest.mark.parametrize("one", INSTALLED, ids=lambda one: one.key)


def scheme_of(one: Installed) -> Scheme:  # type: ignore[type-arg]
    return REGISTRY.schemes[one.key].part


def test_every_installed_scheme_is_held_to_the_laws() -> None:
    assert {one.key for one in INSTALLED} == set(REGISTRY.schemes)


@EACH
@given(seed=SEEDS)
@examples(2)
def test_leaves_sum_to_the_score_and_order_and_batches_change_nothing(one: Installed, seed: int) -> None:
    scheme, chosen, facts = scheme_of(one), settings_of(scheme_of(one), one.given), random_month(seed)
    assert_explained(scored(scheme, facts, chosen))
    assert_order_free(scheme, chosen, facts, seed)
    assert_pure(scheme, chosen, facts)


@EACH
@given(seed=SEEDS)
@examples(1)
def test_what_is_missing_is_a_cause_and_never_a_zero(one: Installed, seed: int) -> None:
    scheme = scheme_of(one)
    chosen, facts = settings_of(scheme, one.given), random_month(seed, whole=True)
    assert score(scheme, chosen, facts).scores["state"].unique().to_list() == ["final"]
    for needed in one.needs:
        assert_missing_is_said(scheme, chosen, facts, needed)


@EACH
def test_what_a_source_leaves_open_is_asked_for_by_its_path(one: Installed) -> None:
    assert_settings_are_asked_for(scheme_of(one), one.given, one.asked)


@EACH
def test_every_leaf_of_a_score_cites_a_rule_of_the_scheme(one: Installed) -> None:
    scheme = scheme_of(one)
    found = score(scheme, settings_of(scheme, one.given), random_month(7, people=12, whole=True))
    rules = {filled.part.rule_id for filled in scheme.parts}
    assert set(found.leaves["rule_id"]) <= rules
    assert all(
        rule.partition(".")[0] == one.key.partition("/")[0].replace("eperf", "norm-minutes") for rule in rules
    )


def test_another_process_with_another_hash_seed_gives_the_same() -> None:
    runs = [
        Run(one.where, settings_of(scheme_of(one), one.given), random_month(seed, whole=seed % 2 == 0))
        for one in INSTALLED
        for seed in range(2)
    ]
    assert_same_elsewhere(runs)


def test_a_month_by_chance_is_the_same_for_a_seed_and_another_for_another() -> None:
    assert random_month(1).input_digest == random_month(1).input_digest
    assert len({random_month(seed).input_digest for seed in range(20)}) == 20


@given(seed=SEEDS)
@examples(2)
def test_a_right_scheme_keeps_all_laws(seed: int) -> None:
    facts = random_month(seed)
    assert_explained(scored(planted.RIGHT, facts, planted.SETTINGS))
    assert_order_free(planted.RIGHT, planted.SETTINGS, facts, seed)
    assert_pure(planted.RIGHT, planted.SETTINGS, facts)
    assert_missing_is_said(planted.RIGHT, planted.SETTINGS, random_month(seed, whole=True), "days")


def test_a_right_scheme_asks_for_its_settings_and_is_the_same_elsewhere() -> None:
    assert_settings_are_asked_for(planted.RIGHT, planted.GIVEN, ["minutes"])
    assert_same_elsewhere([Run("tests.plugins.planted:RIGHT", planted.SETTINGS, random_month(1))])


def explained(scheme: Scheme[planted.Target]) -> None:
    assert_explained(scored(scheme, random_month(3, whole=True), planted.SETTINGS))


def ordered(scheme: Scheme[planted.Target]) -> None:
    assert_order_free(scheme, planted.SETTINGS, random_month(3, whole=True))


def twice(scheme: Scheme[planted.Target]) -> None:
    assert_pure(scheme, planted.SETTINGS, random_month(3, whole=True))


def without_days(scheme: Scheme[planted.Target]) -> None:
    assert_missing_is_said(scheme, planted.SETTINGS, random_month(3, whole=True), "days")


def asked(scheme: Scheme[planted.Target]) -> None:
    assert_settings_are_asked_for(scheme, planted.GIVEN, ["minutes"])


@pytest.mark.parametrize(
    ("scheme", "judge", "law", "said"),
    [
        (planted.BASELESS, explained, "explained", "legal basis"),
        (planted.BATCH, ordered, "batches", "alone score otherwise"),
        (planted.AGAIN, twice, "pure", "a second run"),
        (planted.ZERO, without_days, "missing", "is 0, final"),
        (planted.MUTE, without_days, "missing", "a part fails"),
        (planted.BESIDE, without_days, "missing", "moves others"),
        (planted.GUESSED, asked, "settings", "minutes is not asked for"),
        (planted.UNNAMED, asked, "settings", "the refusal for minutes names settings"),
    ],
)
def test_a_planted_fault_is_told_by_the_name_of_its_law(
    scheme: Scheme[planted.Target], judge: Callable[..., None], law: str, said: str
) -> None:
    with pytest.raises(LawBroken, match=said) as broken:
        judge(scheme)
    assert broken.value.law == law


def test_a_scheme_that_leans_on_the_hashes_of_texts_is_told() -> None:
    runs = [Run("tests.plugins.planted:SEED", planted.SETTINGS, random_month(3, whole=True))]

    def elsewhere() -> None:
        for hash_seed in range(1, 9):  # some of them order a set as ours does
            assert_same_elsewhere(runs, hash_seed)

    with pytest.raises(LawBroken, match="hash seed") as broken:
        elsewhere()
    assert broken.value.law == "process"


def test_a_score_that_is_not_the_sum_of_its_leaves_is_told() -> None:
    good = scored(planted.RIGHT, random_month(3, whole=True), planted.SETTINGS)
    wrong = replace(good, scores=good.scores.with_columns(pl.col("score_h") + 1))
    with pytest.raises(LawBroken, match="do not sum") as broken:
        assert_explained(wrong)
    assert broken.value.law == "explained"
    floats = replace(good, scores=good.scores.with_columns(extra=pl.lit(0.5)))
    with pytest.raises(LawBroken, match="float"):
        assert_explained(floats)


def test_a_digest_that_depends_on_the_order_of_rows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = iter(range(100))
    facts = random_month(3, whole=True)
    monkeypatch.setattr(type(facts), "input_digest", property(lambda self: str(next(counted))))
    with pytest.raises(LawBroken, match="digest") as broken:
        ordered(planted.RIGHT)
    assert broken.value.law == "order"


def test_another_process_that_cannot_import_the_scheme_is_told() -> None:
    assert dataclasses.is_dataclass(Run)
    with pytest.raises((LawBroken, ModuleNotFoundError), match="nowhere"):
        assert_same_elsewhere([Run("nowhere:SCHEME", planted.SETTINGS, random_month(1))])
