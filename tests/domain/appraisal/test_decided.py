"""A superior decides on a predikat; the matrix checks it; ratings may propose and never decide."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from eperf.domain.appraisal.decided import Judgement, decided, proposed_behaviour
from eperf.domain.appraisal.predikat import Expectation, Predikat, predikat_of
from eperf.domain.appraisal.term import Term
from eperf.domain.errors import BadInput

TODAY = date(2026, 4, 10)
GIVEN = Judgement(1, Term.parse("2026Q1"), Expectation.ABOVE, Expectation.MEETS)


@pytest.mark.parametrize("work", Expectation)
@pytest.mark.parametrize("behaviour", Expectation)
def test_the_predikat_is_what_the_matrix_makes_of_the_two(work: Expectation, behaviour: Expectation) -> None:
    given = dataclasses.replace(GIVEN, work=work, behaviour=behaviour)
    found = decided(given, TODAY)
    assert found == predikat_of(work, behaviour, GIVEN.term.last)
    for named in Predikat:
        again = dataclasses.replace(given, predikat=named)
        if named is found:
            assert decided(again, TODAY) is found
        else:
            with pytest.raises(BadInput, match=found):
                decided(again, TODAY)


def test_a_period_that_has_not_begun_has_no_predikat() -> None:
    with pytest.raises(BadInput) as refused:
        decided(dataclasses.replace(GIVEN, term=Term.parse("2026Q3")), TODAY)
    assert refused.value.field == "period"


@pytest.mark.parametrize(
    ("scores", "found"),
    [
        ([(450, 500), (450, 500)], Expectation.ABOVE),
        ([(449, 500), (450, 500)], Expectation.MEETS),
        ([(449, 500)], Expectation.MEETS),
        ([(250, 500), (250, 500)], Expectation.MEETS),
        ([(249, 500)], Expectation.BELOW),
        ([(400, 500), (None, 500)], None),
        ([(8_000, 10_000)], None),
        ([], None),
    ],
)
def test_figures_up_to_five_propose_an_expectation_and_others_nothing(
    scores: list[tuple[int | None, int]], found: Expectation | None
) -> None:
    assert proposed_behaviour(scores, TODAY) is found
