from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

import pytest

from eperf.domain.scoring import settings_digest


class Policy(Enum):
    STRICT = "strict"


@dataclass(frozen=True)
class Inner:
    rate: Decimal = Decimal("1.25")


@dataclass(frozen=True)
class Outer:
    target: Decimal = Decimal(8400)
    policy: Policy = Policy.STRICT
    steps: tuple[Inner, ...] = (Inner(),)
    since: date = date(2026, 1, 1)
    note: str | None = None


def test_equal_settings_have_equal_digests_however_their_decimals_were_written() -> None:
    assert settings_digest(Outer()) == settings_digest(Outer(target=Decimal("8.40E+3")))
    assert settings_digest(Outer()) == settings_digest(Outer(target=Decimal("8400.00")))
    assert settings_digest(Inner(Decimal("0.00"))) == settings_digest(Inner(Decimal("-0")))


def test_every_setting_is_part_of_the_digest() -> None:
    others = [
        Outer(target=Decimal(8401)),
        Outer(steps=()),
        Outer(steps=(Inner(Decimal(1)),)),
        Outer(since=date(2026, 1, 2)),
        Outer(note=""),
    ]
    assert len({settings_digest(one) for one in [Outer(), *others]}) == len(others) + 1


@pytest.mark.parametrize("value", [1.5, object(), [1], {"a": 1}])
def test_what_is_no_plain_setting_has_no_digest(value: object) -> None:
    with pytest.raises(TypeError):
        settings_digest(value)


def test_another_hash_seed_gives_the_same_score_and_digests() -> None:
    program = (
        "from eperf.testing import *\n"
        "from eperf.plugins.builtin.norm_minutes import SCHEME\n"
        "r = scored(SCHEME, unit_period([employee(n) for n in range(1, 9)],"
        " [activity(n, employee_id=n % 8 + 1, norm_min=n) for n in range(1, 60)]))\n"
        "print(r.input_digest, r.settings_digest, r.breakdowns().to_dicts(), r.scores.to_dicts())\n"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "4242")
    }
    assert len(runs) == 1
