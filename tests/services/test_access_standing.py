"""A token's viewer, read in one statement, is the one that the organisation's rows give."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eperf.domain.access import Role
from eperf.domain.errors import Unauthenticated
from eperf.services.access.viewer import viewer_again, viewer_of, viewer_of_token
from eperf.store.access import AccountRow, GrantRow, TokenRow
from eperf.store.people import ActingRow, EmployeeRow
from tests.support.town import NOW, SINCE, TODAY, Town

DAY = timedelta(days=1)


async def token(town: Town, name: str, roles: list[str] | None = None) -> TokenRow:
    return await TokenRow.create(
        account_id=town.accounts[name],
        name="test",
        digest=name,
        created_at=NOW,
        expires_at=NOW + DAY,
        roles=roles,
    )


@pytest.mark.parametrize(
    "roles", [None, [], ["employee"], ["supervisor"], ["auditor"], ["employee", "auditor", "supervisor"]]
)
@pytest.mark.parametrize("name", ["Sri", "Joko", "Eka"])
async def test_both_ways_give_the_same_viewer(town: Town, name: str, roles: list[str] | None) -> None:
    spans = [(SINCE, None), (SINCE, TODAY), (TODAY, TODAY + DAY), (TODAY + DAY, None)]
    for role, (begins, ends) in zip(("auditor", "signer", "unit_leader", "integrator"), spans, strict=True):
        await GrantRow.create(
            account_id=town.accounts[name],
            role=role,
            unit_id=town.units["city"],
            valid_from=begins,
            valid_to=ends,
        )
    for incumbent, (begins, ends) in zip(("Budi", "Wati"), spans[1:3], strict=True):
        await ActingRow.create(
            officer_id=town.people[name], incumbent_id=town.people[incumbent], kind="plt", valid_from=begins,
            valid_to=ends,
        )  # fmt: skip
    held = await token(town, name, roles)
    account = await AccountRow.get(id=town.accounts[name])
    by_rows = await viewer_of(account, held, TODAY)
    by_statement = await viewer_of_token(name, NOW)
    assert by_statement.viewer == by_rows
    assert by_statement.until == NOW + DAY
    assert (await viewer_again(by_rows, NOW)).viewer == by_rows
    if roles is None:
        assert {role for role, _ in by_rows.grants} == {Role.AUDITOR, Role.UNIT_LEADER}
        assert town.people["Wati"] in by_rows.stands_in_for


async def test_an_account_an_employee_a_token_that_has_ended_gives_nobody(town: Town) -> None:
    for name in ("Sri", "Budi", "Wati", "Eka"):
        await token(town, name)
        assert (await viewer_of_token(name, NOW)).viewer.name == name
    await AccountRow.filter(id=town.accounts["Sri"]).update(active=False)
    await EmployeeRow.filter(id=town.people["Budi"]).update(active=False)
    await TokenRow.filter(digest="Wati").update(revoked_at=NOW)
    for name, now in (("Sri", NOW), ("Budi", NOW), ("Wati", NOW), ("Eka", NOW + DAY), ("nobody", NOW)):
        with pytest.raises(Unauthenticated):
            await viewer_of_token(name, now)
