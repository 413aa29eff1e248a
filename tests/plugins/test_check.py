"""`eperf plugins check`: parts with one thing wrong each are told by law, example, file and line; right ones pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from eperf.testing.laws.check import Bounds, Breach, Judgement, check
from eperf.testing.laws.others import DETECTOR_LAWS, POLICY_LAWS
from eperf.testing.laws.schemes import SCHEME_LAWS
from eperf.testing.laws.sources import SOURCE_LAWS

WRONG = Path(__file__).parent / "wrong"
CODE = WRONG / "eperf_wrong"
BOUNDS = Bounds(examples=2, seconds=0.5)
RIGHT = ("right", "lines", "refuses", "day-right", "hint-right")
SAME_LAW = {"hidden-clock": "clock"}


def judged() -> list[Judgement]:
    found = list(check(str(WRONG), BOUNDS))
    assert not [one for one in found if isinstance(one, Breach)]
    return [one for one in found if isinstance(one, Judgement)]


JUDGED = judged()
PARTS = sorted({one.key.partition("/")[2] for one in JUDGED})
WRONG_PARTS = [name for name in PARTS if name not in RIGHT]


def expected(part: str) -> str:
    return SAME_LAW.get(part, re.sub(r"^(day|hint)-", "", part))


def judgements_of(part: str) -> Iterator[Judgement]:
    """What a part is judged by; one that does not end is asked for nothing else."""
    for one in JUDGED:
        if one.key == f"wrong/{part}" and (expected(part) != "slow" or one.law.name == "slow"):
            yield one


def told(part: str) -> list[Breach]:
    return [breach for one in judgements_of(part) if (breach := one.breach())]


@pytest.mark.parametrize("part", RIGHT)
def test_a_right_part_keeps_every_law(part: str) -> None:
    assert told(part) == []


@pytest.mark.parametrize("part", WRONG_PARTS)
def test_a_wrong_part_is_told_by_its_law_and_by_no_other(part: str) -> None:
    [breach] = told(part)
    assert (breach.plugin, breach.part, breach.law) == ("wrong", f"wrong/{part}", expected(part))
    assert breach.why


@pytest.mark.parametrize("laws", [SCHEME_LAWS, SOURCE_LAWS, POLICY_LAWS, DETECTOR_LAWS])
def test_no_law_can_be_taken_out(laws: tuple[object, ...]) -> None:
    """Every wrong part is caught by one law alone, and every law has its wrong part."""
    kinds = {SCHEME_LAWS: "", SOURCE_LAWS: "", POLICY_LAWS: "day-", DETECTOR_LAWS: "hint-"}
    assert {f"{kinds[laws]}{law.name}" for law in laws} <= set(WRONG_PARTS)  # type: ignore[index, attr-defined]
