"""A larger office for the small town: so many more people under its people that a role has enough raters, or too few."""

from __future__ import annotations

from eperf.store.access import AccountRow
from eperf.store.people import EmployeeRow
from tests.support.town import Town


async def enlarged(town: Town, under: dict[str, str | None]) -> None:
    """Adds people, by name, under the named superior (None: nobody); they join the town's people and accounts."""
    for name, above in under.items():
        row = await EmployeeRow.create(
            kind="PNS", name=name, active=True, unit_id=town.units["office"],
            supervisor_id=None if above is None else town.people[above],
        )  # fmt: skip
        town.people[name] = row.id
        account = await AccountRow.create(kind="person", name=name, employee_id=row.id, login=name.lower())
        town.accounts[name] = account.id
