"""A scheme run over months: the core's own here, a guest's in a process of its own while such a pool is open.

Months that a guest fails over together are asked for one by one, so that one unit's trouble is its own; what fails then
is provisional with the cause. Whoever calls gets scores in every case.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import polars as pl
import structlog

from eperf.domain.scoring import PROVISIONAL, Explanation, Scored, UnitPeriod, score
from eperf.domain.scoring.breaker import HEAVY, skipped
from eperf.domain.scoring.digest import plain, settings_digest
from eperf.domain.scoring.joint import RESULTS, results
from eperf.domain.scoring.leaf import LEAVES
from eperf.domain.scoring.scored import PartFailure, Told
from eperf.plugins.guests.budget import WRONG_ANSWER, Budget, Overrun
from eperf.plugins.guests.pool import Pool
from eperf.plugins.report import Registered
from eperf.services.parts import Bound

WHOLE = pl.Schema(
    {
        "employee_id": pl.Int64(),
        "seq": pl.Int32(),
        "stage": pl.String(),
        **{n: t for n, t in LEAVES.items() if n != "employee_id"},
    }
)
"""The columns of `Scored.leaves`."""
ENOUGH = 2
"""Units in a row that cost much before the rest of a batch is left for another time."""
_log = structlog.get_logger("eperf.guests")
_pools: list[Pool] = []


@contextmanager
def guests(budget: Budget) -> Iterator[Pool]:
    """Within, guests' schemes run in processes of their own, each run within the budget."""
    pool = Pool(budget, _printed)
    _pools.append(pool)
    try:
        yield pool
    finally:
        _pools.remove(pool)
        pool.close()


async def results_of(scheme: Bound, months: Sequence[UnitPeriod]) -> pl.DataFrame:
    """The columns `RESULTS` of some units' month."""
    pool = _pool(scheme)
    if pool is None:
        return await asyncio.to_thread(results, scheme.registered.part, scheme.settings, months)
    return await pool.apart(_results, pool, scheme, months)


async def scored_by(scheme: Bound, facts: UnitPeriod, explanation: Explanation) -> Scored:
    """One unit's month scored; `explanation`: the one that will be asked for."""
    pool = _pool(scheme)
    if pool is None:
        part, settings = scheme.registered.part, scheme.settings
        return await asyncio.to_thread(score, part, settings, facts, explanation=explanation)
    return await pool.apart(_scored, pool, scheme, facts, explanation)


def _pool(scheme: Bound) -> Pool | None:
    return _pools[-1] if _pools and scheme.registered.where else None


def _results(pool: Pool, scheme: Bound, months: Sequence[UnitPeriod]) -> pl.DataFrame:
    found = _asked(pool, scheme, months)
    if isinstance(found, pl.DataFrame):
        return found
    if len(months) > 1:
        return pl.concat(_one_by_one(pool, scheme, months))
    return _missing(scheme, months[0], _told(scheme, months[0], found))


def _one_by_one(pool: Pool, scheme: Bound, months: Sequence[UnitPeriod]) -> Iterator[pl.DataFrame]:
    """One unit's trouble is its own; but who fails at much cost again and again is not asked for the rest as well."""
    in_a_row = 0
    for number, month in enumerate(months):
        found = _asked(pool, scheme, [month])
        if isinstance(found, pl.DataFrame):
            in_a_row = 0
            yield found
            continue
        cause = _told(scheme, month, found)
        yield _missing(scheme, month, cause)
        in_a_row = in_a_row + 1 if cause.startswith(HEAVY) else 0
        if in_a_row == ENOUGH:
            yield from (_missing(scheme, rest, skipped(cause)) for rest in months[number + 1 :])
            return


def _asked(pool: Pool, scheme: Bound, months: Sequence[UnitPeriod]) -> pl.DataFrame | Overrun:
    """What the guest says of these months together, or what went wrong."""
    given: Any = plain(scheme.settings)
    try:
        found = pool.results(scheme.registered, given, settings_digest(scheme.settings), months)
        for text in found.get_column("breakdown"):
            orjson.loads(text)
    except orjson.JSONDecodeError as broken:
        return Overrun(WRONG_ANSWER, "", f"an explanation that cannot be read: {broken}")
    except Overrun as overrun:
        return overrun
    return found


def _missing(scheme: Bound, month: UnitPeriod, cause: str) -> pl.DataFrame:
    """Everybody's month provisional with the cause."""
    digests = month.input_digests
    people = month.employees.get_column("employee_id")
    return (
        pl.DataFrame(people)
        .select(
            "employee_id",
            unit_id=pl.lit(month.unit_id, dtype=pl.Int64),
            score_h=pl.lit(None, dtype=pl.Int64),
            state=pl.lit(PROVISIONAL),
            cause=pl.lit(cause),
            settings_digest=pl.lit(settings_digest(scheme.settings)),
            input_digest=pl.Series([digests[one] for one in people], dtype=pl.String),
            breakdown=pl.lit("[]"),
        )
        .select(RESULTS.names())
    )


def _told(scheme: Bound, month: UnitPeriod, failed: Overrun) -> str:
    """The cause; the log gets what is known beside."""
    part, cause = scheme.registered, failed.cause(scheme.registered.key)
    _log.warning(
        "plugin.failed", plugin=part.plugin, part=part.key, unit_id=month.unit_id, period=str(month.period),
        cause=cause, why=failed.why,
    )  # fmt: skip
    return cause


def _printed(part: Registered[Any], words: str) -> None:
    _log.warning("plugin.printed", plugin=part.plugin, part=part.key, words=words[-500:])


@dataclass(frozen=True, eq=False)
class _Answered(Scored):
    """What a guest's process has scored, with the one explanation that was made there; another is asked for again."""

    scheme_bound: Bound = field(repr=False, kw_only=True)
    pool: Pool = field(repr=False, kw_only=True)
    made: Explanation = field(kw_only=True)
    explained: pl.DataFrame = field(repr=False, kw_only=True)

    @property
    def leaves(self) -> pl.DataFrame:
        """As `Scored.leaves`."""
        return self._explained(Explanation.WHOLE)

    def breakdowns(self) -> pl.DataFrame:
        """As `Scored.breakdowns`."""
        return self._explained(Explanation.STORED)

    def _explained(self, wanted: Explanation) -> pl.DataFrame:
        if wanted is self.made:
            return self.explained
        return _scored(self.pool, self.scheme_bound, self.unit_period, wanted).explained


def _scored(pool: Pool, scheme: Bound, facts: UnitPeriod, explanation: Explanation) -> _Answered:
    given: Any = plain(scheme.settings)
    failures: tuple[PartFailure, ...]
    try:
        scores, explained, told = pool.score(scheme.registered, given, facts, explanation)
        _checked(explained, explanation, facts)
        failures = tuple(_failure(one) for one in told)
    except Overrun as overrun:
        cause = _told(scheme, facts, overrun)
        scores = _missing(scheme, facts, cause).select("employee_id", "score_h", "state", "cause")
        explained = _nothing(explanation, facts)
        failures = (PartFailure("", overrun.rule, cause, overrun),)
    part = scheme.registered.part
    return _Answered(
        part.name, part.version, settings_digest(scheme.settings), facts, scores, failures, (), _untold,
        scheme_bound=scheme, pool=pool, made=explanation, explained=explained,
    )  # fmt: skip


def _nothing(explanation: Explanation, facts: UnitPeriod) -> pl.DataFrame:
    if explanation is Explanation.WHOLE:
        return pl.DataFrame(schema=WHOLE)
    return facts.employees.select("employee_id", breakdown=pl.lit("[]"))


def _checked(explained: pl.DataFrame, explanation: Explanation, facts: UnitPeriod) -> None:
    """Whether an explanation has the columns and the people that were asked for."""
    if explanation is Explanation.NONE:
        return
    wanted = _nothing(explanation, facts)
    known = facts.employees.get_column("employee_id")
    if (
        explained.schema != wanted.schema
        or not explained.get_column("employee_id").is_in(known.implode()).all()
    ):
        raise Overrun(WRONG_ANSWER, "", "an explanation of something else")


def _failure(told: Any) -> PartFailure:
    if not isinstance(told, list) or len(told) != 4:
        raise Overrun(WRONG_ANSWER, "", "a failure that cannot be read")
    stage, rule, cause, why = (str(one)[:300] for one in told)
    return PartFailure(stage, rule, cause, RuntimeError(why))


def _untold(wanted: Explanation) -> Told:
    raise RuntimeError(f"a guest's run is explained ({wanted.value}) by its own process")
