"""Policies and detectors with one thing wrong each. What looks outside does it so that no reader of the code sees it."""

import builtins
import random
import socket
import time
from dataclasses import dataclass

import polars as pl

from eperf.plugins import DayResult, DayStatus, Detectable, EvidenceKind, Indicator, ReadyDetector, Strength

CALLS = [0]


@dataclass(frozen=True)
class Nothing:
    """No settings."""


def again():
    CALLS[0] += 1
    return CALLS[0]


def endless():
    while True:
        pass


LOOKS = {
    "right": lambda: 0,
    "slow": endless,
    "clock": lambda: getattr(time, "ti" + "me")(),
    "network": lambda: getattr(socket, "sock" + "et")().close(),
    "files": lambda: getattr(builtins, "op" + "en")(__file__).close(),
    "randomness": lambda: getattr(random, "rand" + "om")(),
    "fails": lambda: 1 // 0,
    "pure": again,
}


class Policy:
    version, settings = "1", Nothing

    def __init__(self, name: str) -> None:
        self.name = f"day-{name}"
        self.law = name

    def classify(self, day, settings):
        if self.law == "fails" and len(day.punches) != 2:
            return DayResult(day.date, DayStatus.PRESENT)
        seen = LOOKS[self.law]()
        return DayResult(day.date, DayStatus.PRESENT, missing_taps=seen if self.law == "pure" else 0)


def told(name):
    words = ("Uji", "Test", Detectable.YES, EvidenceKind.ENTRIES, Strength.WEAK, "Piket", "A watch", "Contoh")
    return Indicator(f"wrong-{name}", *words)


def finder(law):
    def find(month, settings):
        seen = LOOKS.get(law, LOOKS["right"])()
        rows = month.activities.select("employee_id", "date", "activity_id")
        known = pl.format("activity:{}", "activity_id")
        kept = pl.lit([], dtype=pl.List(pl.String)) if law == "evident" else pl.concat_list(known)
        number = pl.lit(seen if law == "pure" else 0, dtype=pl.Int64)
        return rows.select("employee_id", "date", evidence=kept, number=number)

    return find


POLICIES = [Policy(name) for name in LOOKS]
DETECTORS = [
    ReadyDetector(f"hint-{name}", "1", told(name), Nothing, finder(name)) for name in (*LOOKS, "evident")
]
