"""Plans with targets, what was reached, deadlines; rounds of ratings, ratings, figures; predikat."""

from __future__ import annotations

from datetime import timedelta

from eperf.domain.appraisal.deadline import Step
from eperf.domain.appraisal.plan import Aspect, PlanLevel, PlanState, RealisationState, TargetKind
from eperf.domain.appraisal.predikat import Expectation, Predikat
from eperf.domain.appraisal.rating import MissingRaters, RaterRole
from eperf.domain.appraisal.term import Term
from tests.support.random_town import marker
from tests.support.random_town.making import Making
from tests.support.random_town.names import RESULTS
from tests.support.random_town.rows import Row

PERIODS = ("2026", "2026Q3", "2026-10", "2025")
_MINUTES = 60 * 24 * 80


def appraisals(make: Making) -> None:
    """Plans of people and of units that serve one another, ratings, figures, predikat, and what units set up."""
    for unit in list(make.tables["unit"].values()):
        make.row("appraisal_deadline", lambda n, unit=unit: a_deadline(make, n, unit["id"]))
        if make.rng.random() < 0.5:
            make.row("work_plan", lambda n, unit=unit: a_unit_plan(make, n, unit["id"]))
    for _ in range(4):
        unit = make.some("unit")["id"]
        make.row("dimension_list", lambda n, unit=unit: a_list(make, n, unit))
        make.row("rating_round", lambda n, unit=unit: a_round(make, n, unit))
    for person in list(make.employees()):
        for _ in range(make.rng.randint(0, 2)):
            make.row("work_plan", lambda n, person=person: a_plan(make, n, person))
    for plan in list(make.tables["work_plan"].values()):
        for _ in range(make.rng.randint(0, 3)):
            make.row("work_target", lambda n, plan=plan: a_target(make, n, plan["id"]))
    _of_people(make)


def _of_people(make: Making) -> None:
    accounts = {row["id"]: row["employee_id"] for row in make.tables["account"].values()}
    for person in list(make.employees()):
        own = [row for row in make.tables["file"].values() if accounts[row["account_id"]] == person["id"]]
        for _ in range(make.rng.randint(0, 2)):
            made = make.row("realisation", lambda n, person=person: a_realisation(make, n, person))
            for file in make.rng.sample(own, make.rng.randint(0, len(own))):
                link = {"realisation_id": made["id"], "file_id": file["id"]}
                make.row("realisation_file", lambda _, link=link: link)
        for _ in range(make.rng.randint(0, 3)):
            make.row("behaviour", lambda n, person=person: a_figure(make, n, person))
        for period in make.rng.sample(PERIODS, make.rng.randint(0, 2)):
            make.row("predikat", lambda n, person=person, period=period: a_predikat(make, n, person, period))
        asked = make.rng.sample(list(make.tables["employee"]), 2)
        for rater in asked:
            given = (make.some("rating_round")["id"], rater)
            make.row("rating", lambda n, person=person, given=given: a_rating(make, n, person, *given))
    for unit in list(make.tables["work_plan"].values()):
        if unit["employee_id"] is None and make.rng.random() < 0.5:
            make.row(
                "realisation",
                lambda n, unit=unit: {
                    **a_realisation(make, n, None),
                    "unit_id": unit["unit_id"],
                },
            )


def a_plan(make: Making, n: int, person: Row) -> Row:
    """A person's plan."""
    unit = person["unit_id"] if make.rng.random() < 0.8 else make.some("unit")["id"]
    return {**_plan(make, n, PlanLevel.INDIVIDUAL), "employee_id": person["id"], "unit_id": unit}


def a_unit_plan(make: Making, n: int, unit: int) -> Row:
    """A unit's plan."""
    level = make.rng.choice((PlanLevel.IKU, PlanLevel.IKK))
    return {**_plan(make, n, level), "employee_id": None, "unit_id": unit}


def _plan(make: Making, n: int, level: PlanLevel) -> Row:
    rng, plans = make.rng, list(make.tables["work_plan"])
    return {
        "employee_id": None,
        "level": level.value,
        **_term(make),
        "state": rng.choice((*PlanState, PlanState.AGREED)).value,
        "revision": rng.randint(0, 2),
        "revises_id": rng.choice(plans) if plans and rng.random() < 0.2 else None,
        "reason": make.maybe(marker.text(n, rng.choice(RESULTS)), 0.4),
        "submitted_at": make.maybe(marker.instant(n, rng.randrange(_MINUTES))),
        "submitted_by_id": None,
        **_decision(make, n),
    }


def a_target(make: Making, n: int, plan: int) -> Row:
    """A target, which may serve any other."""
    rng, targets = make.rng, list(make.tables["work_target"])
    return {
        "plan_id": plan,
        "parent_id": rng.choice(targets) if targets and rng.random() < 0.6 else None,
        "kind": rng.choice(list(TargetKind)).value,
        "title": marker.text(n, rng.choice(RESULTS)),
        "aspect": rng.choice(list(Aspect)).value,
        "measure": marker.text(n, "dokumen"),
        "target_h": marker.integer(n),
        "lower_is_better": rng.random() < 0.3,
        "weight_h": make.maybe(marker.integer(n), 0.5),
    }


def a_realisation(make: Making, n: int, person: Row | None) -> Row:
    """What was reached of some target."""
    rng = make.rng
    return {
        "target_id": make.some("work_target")["id"],
        "employee_id": person["id"] if person else None,
        "unit_id": person["unit_id"] if person and rng.random() < 0.8 else make.some("unit")["id"],
        "through": rng.choice(("2026-08", "2026-09", "2026-10")),
        "realised_h": marker.integer(n),
        "note": marker.text(n, rng.choice(RESULTS)),
        "state": rng.choice(list(RealisationState)).value,
        "reported_at": marker.instant(n, rng.randrange(_MINUTES)),
        "reported_by_id": None,
        **_decision(make, n),
    }


def a_deadline(make: Making, n: int, unit: int) -> Row:
    """The last day of a step."""
    return {
        "unit_id": unit,
        "step": make.rng.choice(list(Step)).value,
        "period": make.rng.choice(PERIODS),
        "until": make.today + timedelta(days=make.rng.randrange(-40, 40)),
        "legal_basis": marker.text(n, "SE"),
        "recorded_at": marker.instant(n, make.rng.randrange(_MINUTES)),
        "recorded_by_id": None,
    }


def a_list(make: Making, n: int, unit: int) -> Row:
    """A unit's own list of dimensions."""
    return {
        "unit_id": unit,
        "name": marker.text(n).replace(" ", "-"),
        "valid_from": make.today,
        "legal_basis": marker.text(n, "Perwal"),
        "dimensions": _dimensions(make, n),
        "recorded_at": marker.instant(n, make.rng.randrange(_MINUTES)),
        "recorded_by_id": None,
    }


def a_round(make: Making, n: int, unit: int) -> Row:
    """A round of ratings."""
    rng = make.rng
    closed = rng.random() < 0.4
    return {
        "unit_id": unit,
        **_term(make),
        "dimension_list": marker.text(n),
        "dimensions": _dimensions(make, n),
        "lowest_h": 100,
        "highest_h": marker.integer(n),
        "roles": [{"role": "peer", "share_h": 10_000, "minimum": 3, "most": 5}],
        "missing": rng.choice(list(MissingRaters)).value,
        "legal_basis": marker.text(n, "SE"),
        "until": make.today,
        "state": "closed" if closed else "open",
        "salt": marker.text(n),
        "opened_at": marker.instant(n, rng.randrange(_MINUTES)),
        "closed_at": marker.instant(n, rng.randrange(_MINUTES)) if closed else None,
    }


def a_rating(make: Making, n: int, person: Row, round_id: int, rater_id: int) -> Row:
    """What one gives another."""
    return {
        "round_id": round_id,
        "employee_id": person["id"],
        "name": marker.text(n, "Nama"),
        "rater_id": rater_id,
        "role": make.rng.choice(list(RaterRole)).value,
        "scores": make.maybe({"loyal": marker.integer(n), "adaptive": 300}),
    }


def a_figure(make: Making, n: int, person: Row) -> Row:
    """A figure of somebody."""
    rng = make.rng
    enough = rng.random() < 0.7
    role = {"role": "peer", "raters": marker.integer(n), "score_h": marker.integer(n)}
    return {
        "round_id": make.some("rating_round")["id"],
        "employee_id": person["id"],
        "unit_id": person["unit_id"] if rng.random() < 0.8 else make.some("unit")["id"],
        **_term(make),
        "dimension": marker.text(n),
        "name_id": marker.text(n, "Loyal"),
        "name_en": marker.text(n, "Loyal"),
        "score_h": marker.integer(n) if enough else None,
        "lowest_h": 100,
        "highest_h": 500,
        "raters": marker.integer(n) if enough else 0,
        "state": "enough" if enough else "too_few",
        "roles": rng.choice(([], [role])),
        "known_on": make.today,
    }


def a_predikat(make: Making, n: int, person: Row, period: str) -> Row:
    """A decided predikat."""
    rng = make.rng
    return {
        "employee_id": person["id"],
        "unit_id": person["unit_id"] if rng.random() < 0.8 else make.some("unit")["id"],
        **_term(make, period),
        "work": rng.choice(list(Expectation)).value,
        "behaviour": rng.choice(list(Expectation)).value,
        "predikat": rng.choice(list(Predikat)).value,
        "known_on": make.today,
        **_decision(make, n),
        "decided_at": marker.instant(n, rng.randrange(_MINUTES)),
        "decided_by_id": make.some("employee")["id"],
    }


def _dimensions(make: Making, n: int) -> list[Row]:
    words = {"code": "loyal", "id": marker.text(n, "Loyal"), "en": marker.text(n, "Loyal")}
    return make.rng.choice(([words], [words, {**words, "code": "adaptive"}]))


def _term(make: Making, period: str | None = None) -> Row:
    term = Term.parse(period or make.rng.choice(PERIODS))
    return {"period": term.text, "first_day": term.first, "last_day": term.last}


def _decision(make: Making, n: int) -> Row:
    rng = make.rng
    decided = rng.random() < 0.5
    return {
        "decided_at": marker.instant(n, rng.randrange(_MINUTES)) if decided else None,
        "decided_by_id": make.some("employee")["id"] if decided else None,
        "decided_for_id": make.some("employee")["id"] if decided and rng.random() < 0.3 else None,
        "decision_note": make.maybe(marker.text(n, rng.choice(RESULTS)), 0.4),
        "version": rng.randint(1, 4),
    }
