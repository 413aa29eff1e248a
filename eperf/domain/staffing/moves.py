"""Moving people between units: only inside the same post and class, and never more than both sides allow.

What cannot be moved stays visible as it is, a surplus here and a shortage there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from eperf.domain.errors import BadInput
from eperf.domain.staffing.figures import Number, amount, head_count
from eperf.domain.staffing.need import NeedRounding
from eperf.domain.staffing.post import balance_of


@dataclass(frozen=True, slots=True)
class PostInUnit:
    """A post of a unit: its need, and the people who hold it. Posts are the same when name and class are."""

    unit: str
    post: str
    need: Number
    existing: int
    job_class: str | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """Existing less need, in people: + surplus, - shortage."""

    unit: str
    post: str
    job_class: str | None
    balance: int


@dataclass(frozen=True, slots=True)
class Move:
    """People of one post from a unit with a surplus to a unit with a shortage."""

    post: str
    job_class: str | None
    from_unit: str
    to_unit: str
    people: int


@dataclass(frozen=True, slots=True)
class Redistribution:
    """What there is, what could move, and what remains."""

    balances: tuple[Balance, ...]
    total_surplus: int
    total_shortage: int
    """Both positive, both before any move, and never one less the other."""
    moves: tuple[Move, ...]
    after: tuple[Balance, ...]


def redistribute(rows: Sequence[PostInUnit], rounding: NeedRounding = NeedRounding.HALF_UP) -> Redistribution:
    """Surplus to shortage, post by post. Units give and take in the order in which they are listed.

    How many people move in a post does not depend on that order; between whom they move does. A need with a fraction
    is rounded by the policy first. Refuses a post that a unit lists twice.
    """
    balances = tuple(_balance(number, row, rounding) for number, row in enumerate(rows))
    _once(balances)
    moves = tuple(_moves(balances))
    return Redistribution(
        balances,
        sum(max(0, one.balance) for one in balances),
        sum(max(0, -one.balance) for one in balances),
        moves,
        tuple(replace(one, balance=one.balance + _net(one, moves)) for one in balances),
    )


def _balance(number: int, row: PostInUnit, rounding: NeedRounding) -> Balance:
    need = amount(f"rows.{number}.need", row.need)
    existing = head_count(f"rows.{number}.existing", row.existing)
    return Balance(row.unit, row.post, row.job_class, balance_of(need, existing, rounding))


def _once(balances: Sequence[Balance]) -> None:
    seen = set()
    for number, one in enumerate(balances):
        key = (one.unit, one.post, one.job_class)
        if key in seen:
            raise BadInput(f"rows.{number}", f"{one.unit}, {one.post}", "the unit lists this post twice")
        seen.add(key)


def _moves(balances: Sequence[Balance]) -> Iterable[Move]:
    left = [one.balance for one in balances]
    for taker, short in enumerate(balances):
        for giver, over in enumerate(balances):
            people = min(left[giver], -left[taker])
            if people > 0 and (over.post, over.job_class) == (short.post, short.job_class):
                left[giver] -= people
                left[taker] += people
                yield Move(short.post, short.job_class, over.unit, short.unit, people)


def _net(one: Balance, moves: Iterable[Move]) -> int:
    same = [move for move in moves if (move.post, move.job_class) == (one.post, one.job_class)]
    came = sum(move.people for move in same if move.to_unit == one.unit)
    went = sum(move.people for move in same if move.from_unit == one.unit)
    return came - went
