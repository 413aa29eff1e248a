"""A small town written row by row: one city, two offices, a handful of people, a catalogue and a machine.

city
├── office    head Sri supervises Budi and Wati; Joko acts for Sri
└── archive   Eka, whom nobody in the office may see
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from eperf.domain.access import IMPLIED, Role, Viewer
from eperf.plugins import registry as plugins
from eperf.plugins.registry import Registry
from eperf.services.call import Call
from eperf.store.access import AccountRow
from eperf.store.attendance import DeviceRow, EnrolmentRow
from eperf.store.catalogue import ItemRow
from eperf.store.organisation import PositionRow, UnitRow, UnitTreeRow
from eperf.store.people import ActingRow, EmployeeRow, PlacementRow

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # Tuesday 10:00 in Surabaya
TODAY = date(2026, 11, 24)
SINCE = date(2020, 1, 1)
PEOPLE = ("Sri", "Budi", "Wati", "Joko", "Eka")


@dataclass(frozen=True)
class Town:
    """Ids by name, and calls by the people."""

    units: dict[str, int]
    people: dict[str, int]
    accounts: dict[str, int]
    item: int
    device: int
    registry: Registry

    def viewer(self, name: str, *grants: tuple[Role, str], stands_in_for: tuple[str, ...] = ()) -> Viewer:
        """One of the people with granted roles over units."""
        return Viewer(
            account_id=self.accounts[name],
            name=name,
            employee_id=self.people[name],
            roles=IMPLIED | {role for role, _ in grants},
            grants=frozenset((role, self.units[unit]) for role, unit in grants),
            stands_in_for=frozenset(self.people[one] for one in stands_in_for),
        )

    def call(
        self,
        name: str,
        *grants: tuple[Role, str],
        key: str | None = None,
        now: datetime = NOW,
        stands_in_for: tuple[str, ...] = (),
    ) -> Call:
        """A call by one of the people."""
        viewer = self.viewer(name, *grants, stands_in_for=stands_in_for)
        return Call(viewer, now, key=key, registry=self.registry)


async def build() -> Town:
    """Writes the town into the open database."""
    city = await UnitRow.create(code="city", name="Kota", kind="city", zone="Asia/Jakarta")
    units = {"city": city.id}
    await UnitTreeRow.create(ancestor_id=city.id, descendant_id=city.id, depth=0)
    for code in ("office", "archive"):
        unit = await UnitRow.create(
            code=code, name=code.title(), kind="agency", parent_id=city.id, zone="Asia/Jakarta"
        )
        units[code] = unit.id
        await UnitTreeRow.create(ancestor_id=unit.id, descendant_id=unit.id, depth=0)
        await UnitTreeRow.create(ancestor_id=city.id, descendant_id=unit.id, depth=1)
    position = await PositionRow.create(
        code="staff", title="Pelaksana", unit_id=units["office"], job_class=7, kind="implementer"
    )
    people: dict[str, int] = {}
    accounts: dict[str, int] = {}
    for name in PEOPLE:
        placed = {
            "unit_id": units["archive" if name == "Eka" else "office"],
            "position_id": position.id,
            "supervisor_id": people["Sri"] if name in ("Budi", "Wati") else None,
        }
        row = await EmployeeRow.create(kind="PNS", name=name, active=True, **placed)
        await PlacementRow.create(employee_id=row.id, valid_from=SINCE, **placed)
        people[name] = row.id
        accounts[name] = (
            await AccountRow.create(kind="person", name=name, employee_id=row.id, login=name.lower())
        ).id
    await ActingRow.create(
        officer_id=people["Joko"], incumbent_id=people["Sri"], kind="plh", valid_from=SINCE, valid_to=None
    )
    item = await ItemRow.create(
        unit_id=city.id, code="41", name="Make a report", per="report", unit_size_h=100, points_per_unit_h=6400,
        norm_min=64, fraction_policy="proportional", valid_from=SINCE,
    )  # fmt: skip
    device = await DeviceRow.create(
        serial="OFFICE1", name="Front door", source="eperf/adms-push", unit_id=units["office"], state="active"
    )
    for pin, name in (("1", "Sri"), ("2", "Budi"), ("3", "Wati")):
        await EnrolmentRow.create(device_id=device.id, pin=pin, employee_id=people[name], valid_from=SINCE)
    return Town(units, people, accounts, item.id, device.id, plugins.load(strict=True))
