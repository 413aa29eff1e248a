"""A round that lasts keeps no other waiting, and nothing of it is lost at the end."""

from __future__ import annotations

import asyncio

import pytest

from eperf.app.rounds import Rounds


class Duty:
    """A duty whose first rounds wait until they are let go; each does the number that it has."""

    def __init__(self, lasting: int) -> None:
        self.begun, self.ended, self.lasting = 0, 0, lasting
        self.go = asyncio.Event()

    async def __call__(self) -> int:
        self.begun += 1
        number = self.begun
        try:
            if number <= self.lasting:
                await self.go.wait()
        finally:
            self.ended += 1
        return number


async def test_while_a_round_lasts_others_are_made_and_what_it_did_is_told_at_last() -> None:
    duty = Duty(lasting=1)
    rounds = Rounds(duty, patience=0.01, most=3)
    assert await rounds.run() == 1  # it lasts: look again
    assert (duty.begun, duty.ended) == (1, 0)
    assert await rounds.run() == 2
    duty.go.set()
    await asyncio.sleep(0.01)
    assert await rounds.run() == 1 + 3


async def test_no_more_rounds_are_under_way_than_may_be() -> None:
    duty = Duty(lasting=2)
    rounds = Rounds(duty, patience=0.01, most=2)
    assert await rounds.run() == 1
    second = asyncio.ensure_future(rounds.run())
    await asyncio.sleep(0.05)
    assert not second.done()
    duty.go.set()
    await second
    assert duty.ended == 2


async def test_what_fails_is_told_even_when_it_had_been_left_to_itself() -> None:
    go = asyncio.Event()

    async def duty() -> int:
        await go.wait()
        raise ValueError("a round")

    rounds = Rounds(duty, patience=0.01, most=3)
    assert await rounds.run() == 1
    assert await rounds.run() == 1
    go.set()
    await asyncio.sleep(0.01)
    with pytest.raises(ExceptionGroup) as told:
        await rounds.run()
    assert len(told.value.exceptions) == 3


async def test_at_the_end_nothing_is_under_way() -> None:
    duty = Duty(lasting=2)
    rounds = Rounds(duty, patience=0.01, most=3)
    await rounds.run()
    await rounds.run()
    await rounds.end()
    assert (duty.begun, duty.ended) == (2, 2)
