"""What is asked: five operations, and for each the same sequence of variables for every variant.

Variables name things by number; each variant writes them as its own API wants them.
"""

from __future__ import annotations

import random
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.dataset import ITEMS, LEAVES, PERIOD, SEED, Size, leaf_unit

Numbers = dict[str, int]

PAGE = """query Page($after: String, $period: YearMonth!) {
  employees(first: 50, after: $after, orderBy: ID) { nodes {
    id nip name rank kind active
    unit { id name parent { name } }
    score(period: $period) { score state scheme computedAt }
    activities(first: 10) { nodes { id date minutes quantity result state item { code name per } } }
  } }
}"""

_UNIT = """query Unit($id: ID!, $period: YearMonth!) {
  unit(id: $id) { employees(first: MOST) { nodes {
    id nip name rank score(period: $period) { score state computedAt }
  } } }
}"""
UNIT, HUNDRED = _UNIT.replace("MOST", "1000"), _UNIT.replace("MOST", "100")

ONE = """query One($id: ID!, $period: YearMonth!) {
  employee(id: $id) {
    id nip name rank kind active
    unit { id name }
    score(period: $period) { score state scheme computedAt }
  }
}"""

SUBMIT = """mutation Submit($input: SubmitActivityInput!) {
  submitActivity(input: $input) {
    ... on Activity { id date minutes quantity state submittedAt }
    ... on Problem { code message }
  }
}"""

RESULT = 'Laporan "triwulan" selesai dan diserahkan kepada atasan langsung'
DAY = "2025-03-27"


@dataclass(frozen=True)
class Operation:
    """One operation: its document for eperf, how many ask at once, and the numbers of the k-th request."""

    name: str
    document: str
    connections: int
    drawn: Callable[[random.Random, int, Size], Numbers]

    def numbers(self, count: int, size: Size) -> list[Numbers]:
        """The numbers of the first requests: the same for everybody."""
        chance = random.Random(f"{SEED}:{self.name}")
        return [self.drawn(chance, place, size) for place in range(count)]


def _page(chance: random.Random, _: int, size: Size) -> Numbers:
    return {"after": chance.randrange(max(size.employees - 50, 1))}


def _unit(chance: random.Random, _: int, __: Size) -> Numbers:
    return {"unit": leaf_unit(chance.randrange(LEAVES))}


def _one(chance: random.Random, _: int, size: Size) -> Numbers:
    return {"employee": 1 + chance.randrange(size.employees)}


def _submit(chance: random.Random, place: int, size: Size) -> Numbers:
    # In turn, not by chance: two reports of one person at once would wait for each other's row.
    submitter = place % size.submitters
    minutes, quantity = 1 + chance.randrange(400), 100 + chance.randrange(900)
    return {
        "submitter": submitter,
        "item": 1 + chance.randrange(ITEMS),
        "minutes": minutes,
        "quantity": quantity,
    }


OPERATIONS = {
    found.name: found
    for found in (
        Operation("page", PAGE, 8, _page),
        Operation("unit", UNIT, 8, _unit),
        Operation("hundred", HUNDRED, 8, _unit),
        Operation("one", ONE, 16, _one),
        Operation("submit", SUBMIT, 16, _submit),
    )
}
WRITES = frozenset({"submit"})
KEY = "KEYKEYKEYKEYKEYKEYKEYKEYKEYKEYKE"
"""Stands in a request where each one sent has a key of its own."""


def eperf_variables(operation: str, numbers: Numbers) -> dict[str, Any]:
    """The variables as eperf's API takes them."""
    if operation == "page":
        return {"after": _cursor(numbers["after"]), "period": PERIOD}
    if operation in ("unit", "hundred"):
        return {"id": gid("Unit", numbers["unit"]), "period": PERIOD}
    if operation == "one":
        return {"id": gid("Employee", numbers["employee"]), "period": PERIOD}
    quantity = f"{numbers['quantity'] // 100}.{numbers['quantity'] % 100:02}"
    report = {"item": gid("CatalogueItem", numbers["item"]), "date": DAY, "minutes": numbers["minutes"]}
    return {"input": {**report, "quantity": quantity, "result": RESULT, "idempotencyKey": KEY}}


def gid(kind: str, number: int) -> str:
    """A global id."""
    return urlsafe_b64encode(f"{kind}:{number}".encode()).decode().rstrip("=")


def _cursor(number: int) -> str:
    return urlsafe_b64encode(f'["ID",{number}]'.encode()).decode().rstrip("=")
