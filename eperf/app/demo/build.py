"""Building the town: import files, rules, machines, history, scores, accounts; all through services."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import TypeVar

from eperf.app.demo import judged, months
from eperf.app.demo.months import Person
from eperf.app.demo.town import CITY, MINISTRY, SINCE, Plan, Row, plan
from eperf.app.house import House
from eperf.domain.period import YearMonth
from eperf.domain.table import Table
from eperf.services import binding, history
from eperf.services.attendance import devices
from eperf.services.attendance import history as past
from eperf.services.call import Call
from eperf.services.imports import import_catalogue, import_employees, import_units
from eperf.services.parts import Slot
from eperf.services.scoring import score_dirty
from eperf.store import log
from eperf.store.attendance import DeviceRow
from eperf.store.catalogue import ItemRow
from eperf.store.organisation import UnitRow
from eperf.store.people import EmployeeRow
from eperf.store.plan import TargetRow
from eperf.store.scoring import DirtyRow

T = TypeVar("T")
SCHEME = "points-catalogue/points"
MONTHS = 3
_PEOPLE_AT_ONCE = 250

Progress = Callable[[str, int, int], None]
"""Told of a step: its name, how much is done, and how much there is."""


@dataclass(frozen=True)
class Built:
    """The town as it stands in the database."""

    plan: Plan
    units: dict[str, int]
    people: dict[str, EmployeeRow]
    devices: dict[str, str]
    pins: dict[int, str]
    items: dict[str, list[int]]


async def build(house: House, size: int, seed: int, today: date, progress: Progress) -> Built:
    """A town of `size` people with three months of work up to the day before `today`."""
    call = house.call()
    town = plan(size, Random(seed))
    for name, run, rows in (
        ("units", import_units, town.units),
        ("employees", import_employees, town.employees),
        ("catalogue", import_catalogue, town.catalogue),
    ):
        progress(name, 0, len(rows))
        report = await run(call, table(rows))
        if report.problems:
            raise RuntimeError(f"the demo's own {name} were refused: {report.problems[0]}")
        progress(name, len(rows), len(rows))
    units = {row.code: row.id for row in await UnitRow.all()}
    await binding.bind(call, units[CITY], Slot.SCHEME, SCHEME, {}, SINCE)
    built = await _machines(call, town, units)
    await _history(call, built, seed, today, progress)
    await _judged(call, built, seed, today, progress)
    await _scores(call, progress)
    return built


async def _machines(call: Call, town: Plan, units: dict[str, int]) -> Built:
    """A machine for each unit right below a root, with everybody of its branch enrolled."""
    people = {str(row.nip): row for row in await EmployeeRow.all()}
    branch = _branches(town)
    serials: dict[str, str] = {}
    pins: dict[int, str] = {}
    by_branch: dict[str, list[tuple[str, int]]] = {}
    for row in town.employees:
        code = branch[row["unit_code"]]
        members = by_branch.setdefault(code, [])
        pin = str(len(members) + 1)
        members.append((pin, people[row["nip"]].id))
        pins[people[row["nip"]].id] = pin
    for number, (code, members) in enumerate(sorted(by_branch.items()), start=1):
        serials[code] = f"DEMO{number:06d}"
        device = await devices.register(
            call, serials[code], f"Pintu utama {code}", units[code], "eperf/adms-push"
        )
        await devices.enrol(call, device, members, SINCE)
    items: dict[str, list[int]] = {}
    for root in (CITY, MINISTRY):
        items[root] = [row.id for row in await ItemRow.filter(unit_id=units[root]).order_by("id")]
    return Built(town, units, people, serials, pins, items)


def table(rows: list[Row]) -> Table:
    """Rows as the table that reading an import file gives."""
    columns = tuple(rows[0])
    return Table.of(columns, ([row[name] for name in columns] for row in rows))


def _branches(town: Plan) -> dict[str, str]:
    """The unit with a machine for each unit: its agency or directorate, or itself above them."""
    parents = {row["code"]: row["parent_code"] for row in town.units}
    kinds = {row["code"]: row["kind"] for row in town.units}
    return {code: parents[code] if kinds[code] == "section" else code for code in parents}


async def _history(call: Call, built: Built, seed: int, today: date, progress: Progress) -> None:
    first = _first_day(today)
    days = months.working_days(first, today - timedelta(days=1))
    branch, people = _branches(built.plan), list(_people(built))
    total = len(people)
    done = 0
    ids = {row.serial: row.id for row in await _devices(built)}
    for unit_id, members in _grouped(people):
        code = next(code for code, number in built.units.items() if number == unit_id)
        items = built.items[MINISTRY if _root(built.plan, code) == MINISTRY else CITY]
        for some in batches(members, _PEOPLE_AT_ONCE):
            await past.take_over(
                call, ids[built.devices[branch[code]]], unit_id, list(months.attendance(some, days, seed))
            )
            await history.take_over(call, unit_id, list(months.activities(some, items, days, seed)))
            done += len(some)
            progress("history", done, total)


async def _judged(call: Call, built: Built, seed: int, today: date, progress: Progress) -> None:
    """Plans and predikat of everybody; of the first agency also ratings."""
    serves = {
        root: (await TargetRow.get(plan_id=await judged.unit_target(call, built.units[root], today))).id
        for root in (CITY, MINISTRY)
    }
    people = list(_people(built))
    done = 0
    for unit_id, members in _grouped(people):
        code = next(code for code, number in built.units.items() if number == unit_id)
        for some in batches(members, _PEOPLE_AT_ONCE):
            await judged.people(call, unit_id, some, serves[_root(built.plan, code)], today, seed)
            done += len(some)
            progress("plans", done, len(people))
    agency = next(code for code in built.units if code.endswith("-1")).removesuffix("-1")
    await judged.ratings(call, built.units[agency], today, seed)


async def _devices(built: Built) -> list[DeviceRow]:
    return await DeviceRow.filter(serial__in=list(built.devices.values()))


def _people(built: Built) -> Iterator[Person]:
    for row in built.people.values():
        yield Person(row.id, row.unit_id, row.supervisor_id, built.pins[row.id])


def _grouped(people: Iterable[Person]) -> list[tuple[int, list[Person]]]:
    groups: dict[int, list[Person]] = {}
    for person in people:
        groups.setdefault(person.unit_id, []).append(person)
    return sorted(groups.items())


def _root(town: Plan, code: str) -> str:
    parents = {row["code"]: row["parent_code"] for row in town.units}
    while parents[code]:
        code = parents[code]
    return code


async def _scores(call: Call, progress: Progress) -> None:
    total = await DirtyRow.all().count()
    done = 0
    progress("scores", 0, total)
    while taken := await score_dirty(call):
        done += taken
        progress("scores", min(done, total), total)
    while await log.number():
        pass


def _first_day(today: date) -> date:
    month = YearMonth.of(today)
    for _ in range(MONTHS - 1):
        month = YearMonth.of(month.first - timedelta(days=1))
    return month.first


def batches(members: Sequence[T], size: int) -> Iterator[list[T]]:
    """Slices of at most `size`."""
    waiting = iter(members)
    while some := list(islice(waiting, size)):
        yield some
