"""The stream: mixed records by a seed, the same ones every time, whoever asks and from wherever.

Of a hundred records 5 are sent a second time, 5 come days late, 2 bear a PIN that nobody is enrolled under, 1 is no
record at all. The rest are taps in the order of their days. Nothing is remembered between two blocks of the stream, so
that one that was interrupted goes on at any block.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

ZONE_HOURS = 7
BLOCK = 500
DAYS = 10
PER_DEVICE = 500
_STRANGER, _GARBAGE, _LATE, _AGAIN = 0.02, 0.03, 0.08, 0.13

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Record:
    """One record as a machine holds it. `text` is what stands in the place of one that is none."""

    device: int
    pin: str = ""
    at: datetime = _NEVER
    status: int = 0
    text: str = ""

    @property
    def local(self) -> datetime:
        """The machine's own time, without a zone."""
        return (self.at + timedelta(hours=ZONE_HOURS)).replace(tzinfo=None)


@dataclass(frozen=True)
class Stream:
    """So many records of so many devices, that end before the day `today`."""

    records: int
    seed: int
    today: date
    way: str
    """Stands in the seed and in the serial numbers: two sources share no record."""

    @property
    def people(self) -> int:
        """How many are enrolled: about four records a person and day."""
        return max(20, self.records // (4 * DAYS))

    @property
    def devices(self) -> int:
        """How many machines there are."""
        return 1 + (self.people - 1) // PER_DEVICE

    @property
    def blocks(self) -> int:
        """How many blocks of one device's records follow each other."""
        return -(-self.records // BLOCK)

    def serial(self, device: int) -> str:
        """A machine's serial number."""
        return f"{self.way.replace('-', '').upper()}-{device}"

    def pins(self, device: int) -> Iterator[tuple[str, int]]:
        """The PINs enrolled on a machine, each with the number of the person."""
        for person in range(device * PER_DEVICE, min(self.people, (device + 1) * PER_DEVICE)):
            yield str(1 + person), person

    def block(self, number: int) -> list[Record]:
        """The records of a block, in the order in which they are sent."""
        chance = random.Random(f"{self.seed} {self.way} {number}")
        device = number % self.devices
        people = [pin for pin, _ in self.pins(device)]
        day = number * DAYS // self.blocks
        found: list[Record] = []
        for place in range(min(BLOCK, self.records - number * BLOCK)):
            kind = chance.random()
            if kind < _STRANGER:
                found.append(self._tap(chance, device, f"9{chance.randrange(10**6):06}", day))
            elif kind < _GARBAGE:
                found.append(Record(device, text=f"rusak {number} {place} {chance.randrange(10**9)}"))
            elif kind < _LATE:
                found.append(self._tap(chance, device, chance.choice(people), chance.randrange(day + 1)))
            elif kind < _AGAIN and found:
                found.append(chance.choice(found))
            else:
                found.append(self._tap(chance, device, chance.choice(people), day))
        return found

    def _tap(self, chance: random.Random, device: int, pin: str, day: int) -> Record:
        on = self.today - timedelta(days=DAYS - day)
        status = chance.randrange(2)
        hour = chance.randrange(6, 10) if status == 0 else chance.randrange(15, 19)
        at = datetime.combine(on, time(hour, chance.randrange(60), chance.randrange(60)), UTC)
        return Record(device, pin, at - timedelta(hours=ZONE_HOURS), status)
