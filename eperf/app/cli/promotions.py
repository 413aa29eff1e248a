"""`eperf promotions`: who can be proposed for a period, with the reasons of those who cannot."""

from __future__ import annotations

import json
from datetime import date, datetime

import typer

from eperf.app.cli.run import run_with_database
from eperf.app.house import House
from eperf.domain.promotion.candidate import NOT_RECORDED
from eperf.domain.promotion.finding import Finding
from eperf.domain.scoring import amount_text
from eperf.services.promotion import Candidate, Search
from eperf.services.promotion import find as search

app = typer.Typer(help="Promotions in rank, without applying.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Makes `find` a word of its own, though it is the only one."""


@app.command()
def find(
    day: datetime | None = typer.Option(
        None, "--date", formats=["%Y-%m-%d"], help="The effective date; the period open today unless given."
    ),
    unit: str | None = typer.Option(None, "--unit", help="The code of a unit: it and all below it."),
    everybody: bool = typer.Option(
        False, "--all", help="Also those whom a known fact stops, with the reasons."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print JSON, with every rule and its evidence."),
) -> None:
    """Judge every civil servant for a period and list the candidates.

    Records hold no education, appraisals, echelons or credit points yet, so a candidate is one who has to show
    those; what is not recorded at all (punishments, other proposals) is named and has to be looked at by hand.
    Exits with 2 when no promotions take effect on the day.
    """
    tmt = None if day is None else day.date()

    async def job(house: House) -> Search:
        return await search(house.call(), tmt, unit)

    done = run_with_database(job)
    shown = done.candidates if everybody else done.found()
    if as_json:
        print(json.dumps(_as_json(done, shown)))
        return
    for one in shown:
        print(_line(one))
    days = done.window
    print(
        f"{days.tmt}: {len(done.candidates)} judged, {len(done.found())} candidates, {done.without_rank} without "
        f"a rank; proposals from {days.opens} to {days.closes}; not recorded: {', '.join(NOT_RECORDED)}"
    )


def _line(one: Candidate) -> str:
    verdict = one.judged.verdict
    following = verdict.next_rank.code if verdict.next_rank else "-"
    reasons = ", ".join(_reason(finding) for finding in verdict.reasons)
    head = f"{one.nip or one.employee_id} {one.name}: {one.rank.code} to {following} by {one.judged.kind}"
    return f"{head}: {one.judged.state.value}" + (f" ({reasons})" if reasons else "")


def _reason(finding: Finding) -> str:
    if not finding.known:
        return f"{finding.code.value} unknown"
    return finding.code.value + (f" until {finding.clears_on}" if finding.clears_on else "")


def _as_json(done: Search, shown: tuple[Candidate, ...]) -> dict[str, object]:
    days = done.window
    return {
        "tmt": _day(days.tmt),
        "opens": _day(days.opens),
        "closes": _day(days.closes),
        "judged": len(done.candidates),
        "candidates": len(done.found()),
        "without_rank": done.without_rank,
        "not_recorded": [code.value for code in NOT_RECORDED],
        "people": [_person(one) for one in shown],
    }


def _person(one: Candidate) -> dict[str, object]:
    verdict = one.judged.verdict
    return {
        "employee": one.employee_id,
        "nip": one.nip,
        "name": one.name,
        "kind": one.judged.kind,
        "rank": one.rank.code,
        "next_rank": verdict.next_rank and verdict.next_rank.code,
        "state": one.judged.state.value,
        "clears_on": verdict.clears_on and _day(verdict.clears_on),
        "scored_months": one.scored_months,
        "mean_score": None if one.mean_score_h is None else amount_text(one.mean_score_h),
        "findings": [finding.as_dict() for finding in verdict.findings],
    }


def _day(day: date) -> str:
    return day.isoformat()
