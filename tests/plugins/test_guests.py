"""Guests in processes of their own: the same to the last bit, nothing of the installation in them, and never two in one."""

from __future__ import annotations

import os
import sysconfig
import zoneinfo
from collections.abc import Iterator
from dataclasses import replace

import polars as pl
import pytest

from eperf.domain.period import YearMonth
from eperf.domain.scoring import Explanation, UnitPeriod, score
from eperf.domain.scoring.digest import plain, settings_digest
from eperf.domain.scoring.joint import RESULTS, results
from eperf.plugins.guests import Budget, Pool, answer
from eperf.plugins.guests.budget import Overrun
from eperf.plugins.guests.process import environment
from eperf.plugins.guests.watched import _is_own
from eperf.plugins.guests.wire import Garbled
from eperf.plugins.registry import Registry, installed, load
from eperf.plugins.settings import settings_of
from eperf.services.guests import guests, results_of, scored_by
from eperf.services.parts import Bound
from eperf.testing.random_month import random_month
from tests.faults.chaos_town import CHAOS
from tests.support.installed_schemes import INSTALLED

MARCH = YearMonth(2026, 3)
PRINTED: list[str] = []


@pytest.fixture(scope="module")
def parts() -> Registry:
    return load(strict=True, candidates=[*installed(), CHAOS])


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    made = Pool(Budget(seconds=30, mebibytes=512), lambda part, words: PRINTED.append(words))
    yield made
    made.close()


def months(units: int = 3, people: int = 4) -> list[UnitPeriod]:
    """Units with people and evidence of their own, and as many working days."""
    found = []
    for number in range(units):
        month = random_month(number, people)
        tables = {
            name: rows.with_columns(
                pl.col(key) + number * 10**10
                for key in ("employee_id", "activity_id", "target_id")
                if key in rows
            )
            for name, rows in month.content().items()
        }
        found.append(replace(month, unit_id=number + 1, unit_code=f"u{number}", working_days=20, **tables))
    return found


GUESTS = [one for one in INSTALLED if not one.key.startswith("eperf/")][::3]


@pytest.mark.parametrize("one", GUESTS, ids=lambda one: one.key)
async def test_a_guest_scores_apart_as_it_scores_here(parts: Registry, one: object) -> None:
    found = parts.schemes[one.key]  # type: ignore[attr-defined]
    bound = Bound(found, settings_of(found.part, one.given))  # type: ignore[attr-defined]
    some = months()
    with guests(Budget(seconds=30)):
        assert (await results_of(bound, some)).equals(results(found.part, bound.settings, some))
        apart = await scored_by(bound, some[0], Explanation.WHOLE)
        here = score(found.part, bound.settings, some[0])
        assert apart.scores.equals(here.scores)
        assert apart.leaves.equals(here.leaves)
        assert apart.breakdowns().equals(here.breakdowns())
        assert (apart.version, apart.settings_digest) == (here.version, here.settings_digest)


def asked(pool: Pool, parts: Registry, scheme: str, wrong: str = "/nowhere") -> pl.DataFrame:
    found = parts.schemes[scheme]
    settings = settings_of(found.part, {"wrong_while": wrong})
    return pool.results(found, plain(settings), settings_digest(settings), months(1))  # type: ignore[arg-type]


def test_what_a_plugin_prints_is_told_and_stays_out_of_the_answer(
    pool: Pool, parts: Registry, tmp_path: object
) -> None:
    asked(pool, parts, "chaos/prints", str(tmp_path))
    assert '{"done": true}' in PRINTED[-1]


def test_a_process_serves_one_plugin_and_is_used_again(pool: Pool, parts: Registry) -> None:
    asked(pool, parts, "chaos/right")
    [(plugin, worker)] = [one for one in pool._idle if one[0] == CHAOS.where]
    runs = worker.runs
    asked(pool, parts, "chaos/hangs")
    assert (plugin, worker.runs) == (CHAOS.where, runs + 1)


def test_a_process_that_dies_of_what_was_before_is_replaced_and_nobody_blamed(
    pool: Pool, parts: Registry
) -> None:
    asked(pool, parts, "chaos/right")
    [worker] = [worker for where, worker in pool._idle if where == CHAOS.where]
    worker._process.kill()
    worker._process.wait()
    assert asked(pool, parts, "chaos/right").height == 4
    assert worker not in [one for _, one in pool._idle]


def test_a_plugin_that_is_not_to_be_imported_there_has_a_cause(parts: Registry, pool: Pool) -> None:
    found = replace(parts.schemes["chaos/right"], where="no_such_module_at_all")
    settings = settings_of(found.part, {"wrong_while": "x"})
    with pytest.raises(Overrun) as overrun:
        pool.results(found, plain(settings), settings_digest(settings), months(1))  # type: ignore[arg-type]
    assert overrun.value.cause(found.key) == "part-not-imported:chaos/right"
    assert "no_such_module_at_all" in overrun.value.why


def test_a_guest_knows_no_setting_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPERF_DATABASE_URL", "postgres://user:secret@host/db")
    monkeypatch.setenv("AGENCY_TOKEN", "secret")
    assert "secret" not in str(environment())
    assert environment()["PATH"] == os.environ["PATH"]


def _rows() -> pl.DataFrame:
    found = {
        "employee_id": [1, 2], "unit_id": [1, 1], "score_h": [5, None], "state": ["final", "provisional"],
        "cause": [None, "why"], "settings_digest": ["s", "s"], "input_digest": ["i", "i"], "breakdown": ["[]", "[]"],
    }  # fmt: skip
    return pl.DataFrame(found, schema=RESULTS)


def _month() -> UnitPeriod:
    employees = months(1, 2)[0].employees.with_columns(employee_id=pl.Series([1, 2], dtype=pl.Int64))
    empty = {name: rows.clear() for name, rows in months(1, 2)[0].content().items() if name != "employees"}
    return UnitPeriod.of_checked(
        unit_id=1, unit_code="u", period=MARCH, working_days=20, employees=employees, **empty
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"unit_id": [1, 2]}, "rows of others"),
        ({"employee_id": [1, 3]}, "rows of others"),
        ({"score_h": [None, None]}, "figure"),
        ({"score_h": [5, 5]}, "figure"),
        ({"score_h": [10**17, None]}, "figure"),
        ({"state": ["paid", "provisional"]}, "figure"),
        ({"cause": [None, None]}, "figure"),
        ({"settings_digest": ["s", "t"]}, "settings"),
        ({"breakdown": ["[]", '["\\u0000"]']}, "stored"),
        ({"breakdown": ["[]", None]}, "stored"),
    ],
)
def test_an_answer_that_cannot_be_right_is_not_believed(change: dict[str, list[object]], why: str) -> None:
    rows = _rows()
    assert answer.sound(rows, [_month()], "s").height == 2
    wrong = rows.with_columns(pl.Series(name, value, dtype=RESULTS[name]) for name, value in change.items())
    with pytest.raises(Garbled, match=why):
        answer.sound(wrong, [_month()], "s")
    for broken in (rows.head(1), pl.concat([rows, rows]), rows.drop("cause")):
        with pytest.raises(Garbled):
            answer.sound(broken, [_month()], "s")


def test_a_cause_is_kept_as_a_database_can_keep_it() -> None:
    rows = _rows().with_columns(cause=pl.Series([None, "a\0b" + "x" * 300], dtype=pl.String))
    assert answer.sound(rows, [_month()], "s")["cause"][1] == "a b" + "x" * 197


@pytest.mark.parametrize(
    ("path", "own"),
    [
        (f"{sysconfig.get_paths()['purelib']}/any.txt", True),
        (f"{zoneinfo.TZPATH[0]}/Asia/Jakarta", True),
        ("/proc/self/statm", True),
        ("/proc/meminfo", True),
        (f"/proc/{os.getppid()}/environ", False),
        ("/proc/self/root/etc/hostname", False),
        (f"{sysconfig.get_paths()['purelib']}/../../../../../../../../../../etc/hostname", False),
        ("/etc/hostname", False),
    ],
)
def test_a_part_reads_what_python_needs_and_nothing_of_other_processes(path: str, own: bool) -> None:
    assert _is_own("open", (path, "r", os.O_RDONLY)) is own
    assert not _is_own("open", (path, "w", os.O_WRONLY))
