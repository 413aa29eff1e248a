"""The laws of a scoring scheme, in the order in which they are judged."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from eperf.domain.scoring import ACTIVITIES, DAYS, Scored, UnitPeriod, hundredths, score
from eperf.testing.broken import LawBroken, hold
from eperf.testing.elsewhere import Run, assert_same_elsewhere
from eperf.testing.law import (
    assert_batch_free,
    assert_explained,
    assert_missing_is_said,
    assert_pure,
    assert_same,
    changed,
    differing,
)
from eperf.testing.laws.case import Law, SchemeCase, SchemeLaw, watch
from eperf.testing.laws.outside import OUTSIDE, calls_of, floats_of
from eperf.testing.mandatory import assert_settings_are_asked_for
from eperf.testing.random_month import random_month
from eperf.testing.unit_period import activity, day

_FRESH = itertools.count(1)
_ZONES = ("Pacific/Pago_Pago", "Asia/Jayapura")
_SEEDS = (11, 4711)


def run(case: SchemeCase, facts: UnitPeriod) -> Scored:
    """The case's scores of a month."""
    return score(case.scheme, case.settings, facts)


def _whole(case: SchemeCase, facts: UnitPeriod) -> None:
    with watch(case).on() as seen:
        failures = run(case, facts).failures
    for failure in failures if seen.seen is None else ():
        raise LawBroken("fails", f"{failure.cause}: {failure.error!r}", failure.rule_id) from failure.error


def _slow(case: SchemeCase, facts: UnitPeriod) -> None:
    with watch(case).on() as seen:
        run(case, facts)
    if seen.seen is not None and seen.seen.law == "slow":
        raise LawBroken("slow", seen.seen.what, place=seen.seen.place)


def _outside(law: str) -> SchemeLaw:
    def judge(case: SchemeCase, facts: UnitPeriod) -> None:
        for found, name, path, line in calls_of(case.files):
            if found == law:
                raise LawBroken(law, f"calls {name}", place=f"{path}:{line}")
        with watch(case).on() as seen:
            run(case, facts)
        if seen.seen is not None and seen.seen.law == law:
            raise LawBroken(law, seen.seen.what, place=seen.seen.place)

    return Law(
        law, f"reads no {law}" if law != "files" else "reads no files, starts no program", judge, once=True
    )


def _exact(case: SchemeCase, facts: UnitPeriod) -> None:
    for what, path, line in floats_of(case.files):
        raise LawBroken("exact", f"a float: {what}", place=f"{path}:{line}")


def _pure(case: SchemeCase, facts: UnitPeriod) -> None:
    """On a copy: what a scheme has changed once it may leave as it is the next time, and nothing gets small."""
    assert_pure(case.scheme, case.settings, changed(facts, pl.DataFrame.clone))


def _explained(case: SchemeCase, facts: UnitPeriod) -> None:
    assert_explained(run(case, facts))


def _order(case: SchemeCase, facts: UnitPeriod) -> None:
    """Numbers of activities say only who reported first, so other numbers change no score."""
    count = facts.activities.height
    numbers = pl.Series("activity_id", range(count, 0, -1), dtype=pl.Int64)
    other = run(case, replace(facts, activities=facts.activities.with_columns(numbers)))
    first = run(case, facts)
    why = f"the same activities, reported in another order, give {_scores(other)} and not {_scores(first)}"
    hold("order", first.scores.equals(other.scores), why, differing(first, other))


def _batches(case: SchemeCase, facts: UnitPeriod) -> None:
    assert_batch_free(case.scheme, case.settings, facts)


def _leak(case: SchemeCase, facts: UnitPeriod) -> None:
    """Another unit with the same people and other facts, scored before, changes nothing."""
    alone = run(case, _renamed(facts, offset := next(_FRESH)))
    people, offset = facts.employees["employee_id"].to_list(), next(_FRESH)
    other = random_month(len(people), len(people), facts.period, whole=True)
    theirs = dict(zip(other.employees["employee_id"], people, strict=True))
    run(case, _renamed(replace(_mapped(other, theirs), unit_id=facts.unit_id + 1), offset))
    after = run(case, _renamed(facts, offset))
    why = f"after another unit's month the scores are {_scores(after)} and not {_scores(alone)}"
    hold("leak", _scores(alone) == _scores(after), why)


def _process(case: SchemeCase, facts: UnitPeriod) -> None:
    for seed in _SEEDS:
        assert_same_elsewhere([Run(case.origin, case.settings, facts, case.scheme.name)], seed)


def _zone(case: SchemeCase, facts: UnitPeriod) -> None:
    results = []
    for zone in _ZONES:
        with _machine_in(zone):
            results.append(run(case, facts))
    assert_same("zone", results[0], results[1], f"a machine in {_ZONES[0]} and not in {_ZONES[1]}")


def _boundary(case: SchemeCase, facts: UnitPeriod) -> None:
    """One activity, on a day of which nothing else is known, counts the same on the month's first and last day."""
    first, last = facts.period.first, facts.period.last
    for edge, within in ((first, first + timedelta(days=14)), (last, last - timedelta(days=14))):
        on_edge, inside = (run(case, _single(facts, on, (edge, within))) for on in (edge, within))
        why = f"an activity of {edge} gives {_scores(on_edge)}, of {within} {_scores(inside)}"
        hold("boundary", on_edge.scores.equals(inside.scores), why, differing(on_edge, inside))


def _bounds(case: SchemeCase, facts: UnitPeriod) -> None:
    found = run(case, facts).scores["score_h"].drop_nulls()
    least, most = case.sample.least, case.sample.most
    low = found.filter(found < hundredths(least)) if least is not None else found.clear()
    high = found.filter(found > hundredths(most)) if most is not None else found.clear()
    for wrong in [*low, *high]:
        hold("bounds", False, f"a score of {Decimal(wrong).scaleb(-2)} is not between {least} and {most}")


def _work(case: SchemeCase, facts: UnitPeriod) -> None:
    """One more verified activity for everybody."""
    if "work" not in case.sample.grows:
        return
    on = facts.period.first + timedelta(days=9)
    free = max([0, *facts.activities["activity_id"]]) + 1
    people = facts.employees["employee_id"].to_list()
    rows = [
        activity(free + place, employee_id=one, on=on, points="1.5", quantity=3, norm_min=45)
        for place, one in enumerate(people)
    ]
    more = pl.concat([facts.activities, pl.DataFrame(rows, schema=ACTIVITIES)])
    _grows("work", "one more verified activity", run(case, facts), run(case, replace(facts, activities=more)))


def _absence(case: SchemeCase, facts: UnitPeriod) -> None:
    """A day on which everybody was present, and the same day absent without a word."""
    if "absence" not in case.sample.grows:
        return
    on = facts.period.first + timedelta(days=11)
    results = []
    for status, known, worked in (("absent", None, None), ("present", 0, 450)):
        rows = [
            day(on, employee_id=one, status=status, late_min=known, early_min=known, worked_min=worked)
            for one in facts.employees["employee_id"]
        ]
        days = pl.concat([facts.days.filter(pl.col("date") != on), pl.DataFrame(rows, schema=DAYS)])
        results.append(run(case, replace(facts, days=days)))
    _grows("absence", "a day present instead of absent", *results)


def _missing(case: SchemeCase, facts: UnitPeriod) -> None:
    for needed in case.sample.needs:
        assert_missing_is_said(case.scheme, case.settings, facts, needed)


def _settings(case: SchemeCase, facts: UnitPeriod) -> None:
    assert_settings_are_asked_for(case.scheme, case.sample.settings, case.sample.asked)


def _grows(law: str, what: str, less: Scored, more: Scored) -> None:
    both = less.scores.join(more.scores, on="employee_id", suffix="_more")
    fallen = both.filter(pl.col("score_h_more") < pl.col("score_h"))
    for row in fallen.iter_rows(named=True):
        before, after = (Decimal(row[name]).scaleb(-2) for name in ("score_h", "score_h_more"))
        hold(law, False, f"{what} takes {row['employee_id']} from {before} to {after}", differing(less, more))


def _scores(found: Scored) -> list[Any]:
    return [None if one is None else str(Decimal(one).scaleb(-2)) for one in found.scores["score_h"]]


def _mapped(facts: UnitPeriod, ids: dict[int, int]) -> UnitPeriod:
    return changed(facts, lambda rows: rows.with_columns(pl.col("employee_id").replace(ids)))


def _renamed(facts: UnitPeriod, round_: int) -> UnitPeriod:
    """The same people with numbers that no earlier run has seen, in the same order."""
    return changed(facts, lambda rows: rows.with_columns(pl.col("employee_id") + round_ * 10_000_000))


def _single(facts: UnitPeriod, on: date, empty: tuple[date, date]) -> UnitPeriod:
    rows = [
        activity(place + 1, employee_id=one, on=on, points="1.5", quantity=3, norm_min=45)
        for place, one in enumerate(facts.employees["employee_id"])
    ]
    days = facts.days.filter(~pl.col("date").is_in(list(empty)))
    return replace(facts, activities=pl.DataFrame(rows, schema=ACTIVITIES), days=days)


@contextmanager
def _machine_in(zone: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


SCHEME_LAWS: tuple[SchemeLaw, ...] = (
    Law("slow", "a month is scored within the time that is given", _slow),
    *(_outside(name) for name in OUTSIDE),
    Law("fails", "no part fails, whatever a month holds", _whole),
    Law("exact", "no floats in the code of its rules", _exact, once=True),
    Law("pure", "the same input gives the same output, and stays as it was", _pure),
    Law("explained", "leaves sum to the score, and name their rule and basis", _explained),
    Law("order", "the order in which things were reported changes no score", _order),
    Law("batches", "one batch equals many", _batches),
    Law("leak", "nothing of another unit's month remains", _leak),
    Law("process", "another process with other hashes of texts gives the same", _process, once=True),
    Law("zone", "the machine's time zone changes nothing", _zone),
    Law("boundary", "the first and the last day of a month belong to it", _boundary, whole=True),
    Law("bounds", "every score lies between the sample's bounds", _bounds),
    Law("work", "more verified work never lowers a score", _work, whole=True),
    Law("absence", "more unexcused absence never raises a score", _absence, whole=True),
    Law("missing", "without what a figure needs there is a cause and no figure", _missing, whole=True),
    Law("settings", "what must be given is asked for by its path", _settings, once=True),
)
