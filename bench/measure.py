"""Rounds: every variant in turn, and again, so that what the machine does meanwhile happens to all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.client import Client, Load, Outcome
from bench.equality import same
from bench.load import Town
from bench.operations import Operation
from bench.processors import cpu_ms, family_cpu_ms
from bench.variants import Variant

REQUESTS = 2000


@dataclass(frozen=True)
class Round:
    """One variant's turn at one operation. Processor times are milliseconds a request."""

    outcome: Outcome
    app_ms: float
    database_ms: float


Rounds = Mapping[str, Sequence[Round]]
"""By variant."""


@dataclass(frozen=True)
class Plan:
    """How long and how often."""

    rounds: int = 3
    seconds: float = 4.0
    warm_seconds: float = 0.5
    checked: int = 5


def check(operation: Operation, variants: Sequence[Variant], town: Town, plan: Plan) -> dict[str, bool]:
    """Stops unless all answer the same; says which answer the floor's very bytes."""
    exact = {variant.name: True for variant in variants}
    for place, numbers in enumerate(operation.numbers(plan.checked, town.size)):
        floor = variants[0].ask(operation.name, numbers, f"check-{variants[0].name}-{place}")
        for variant in variants[1:]:
            answer = variant.ask(operation.name, numbers, f"check-{variant.name}-{place}")
            wrong = same(operation.name, floor, answer, peer=variant.name == "postgraphile")
            if wrong is not None:
                raise SystemExit(
                    f"{operation.name}: {variant.name} answers otherwise than the floor: {wrong}"
                )
            exact[variant.name] &= answer == floor
    return exact


def rounds(
    operation: Operation, variants: Sequence[Variant], town: Town, plan: Plan, say: Callable[[str], None]
) -> Rounds:
    """A, B, C, A, B, C…"""
    found: dict[str, list[Round]] = defaultdict(list)
    numbers = operation.numbers(REQUESTS, town.size)
    requests = {
        one.name: [one.encoded(operation.name, drawn) or b"" for drawn in numbers] for one in variants
    }
    with Client() as client:
        for turn in range(plan.rounds):
            for variant in variants:
                made = _turn(operation, variant, town, plan, requests[variant.name], client)
                found[variant.name].append(made)
                reached = f"{made.outcome.per_second:.0f} a second"
                say(f"{operation.name} {turn + 1}/{plan.rounds} {variant.name}: {reached}")
    return found


def _turn(
    operation: Operation,
    variant: Variant,
    town: Town,
    plan: Plan,
    requests: Sequence[bytes],
    client: Client,
) -> Round:
    assert variant.process is not None
    pid, marks = variant.process.pid, list[tuple[float, float]]()

    def mark() -> None:
        marks.append((cpu_ms(pid), family_cpu_ms(town.pid) if town.pid else 0.0))

    load = Load(variant.port, operation.connections, plan.warm_seconds, plan.seconds)
    outcome = client.run(load, requests, mark)
    if outcome.failed or not outcome.requests:
        raise SystemExit(
            f"{operation.name}: {variant.name} failed {outcome.failed} times and answered {outcome.requests};"
            f" last: {outcome.failure}"
        )
    (app, database), (app_after, database_after) = marks
    done = outcome.requests
    return Round(outcome, (app_after - app) / done, (database_after - database) / done)


def per_second(one: Round) -> float:
    """Requests a second."""
    return one.outcome.per_second


def p99(one: Round) -> float:
    """The ninety-ninth percentile, milliseconds."""
    return one.outcome.p99_ms


def middle(found: Sequence[Round], figure: Callable[[Round], float]) -> float:
    """The median over the rounds."""
    return median(figure(one) for one in found)


def ratio(one: Sequence[Round], other: Sequence[Round], figure: Callable[[Round], float]) -> float:
    """The median of the ratios of each round: neighbours in time, so the machine's drift cancels out."""
    return median(figure(mine) / figure(theirs) for mine, theirs in zip(one, other, strict=True))
