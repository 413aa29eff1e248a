"""Checking in with a position through the API: the problem names its field, and who may see where somebody stood."""

from __future__ import annotations

from typing import Any

import pytest

from eperf.domain.access import Role
from eperf.schema.ids import global_id
from tests.schema.conftest import Ask
from tests.support.town import Town

SET = """mutation($input: SetFenceInput!) { setFence(input: $input) {
  ... on Geofence { id radiusM unit { code } } ... on Problem { code field } } }"""
IN = """mutation($input: ClockInput!) { clockIn(input: $input) {
  ... on Punch { verify } ... on Problem { code field message } } }"""
SEEN = """{ employees { nodes { name checkIns(first: 5) { nodes {
  accepted reason distanceM radiusM accuracyM latE6 mockLocation fence { name } punch { kind } } } } } }"""


def standing(lat_e6: int, accuracy: str = "12.50") -> dict[str, Any]:
    return {"position": {"latE6": lat_e6, "lonE6": 112_752_100, "accuracyM": accuracy, "mockLocation": True}}


async def _tried(town: Town, ask: Ask) -> None:
    office = global_id("Unit", town.units["office"])
    place = {
        "unit": office,
        "name": "Kantor",
        "latE6": -7_257_500,
        "lonE6": 112_752_100,
        "radiusM": 100,
        "validFrom": "2026-01-01",
    }
    refused = await ask("Budi", SET, input=place)
    assert refused.data["setFence"]["code"] == "FORBIDDEN"
    done = await ask("Eka", SET, (Role.PERSONNEL_ADMIN, "city"), input=place)
    assert done.data["setFence"]["radiusM"] == 100
    outside = await ask("Budi", IN, input=standing(-7_267_500))
    assert (outside.data["clockIn"]["code"], outside.data["clockIn"]["field"]) == (
        "CHECK_IN_REFUSED",
        "position",
    )
    assert "1112 m" in outside.data["clockIn"]["message"]
    inside = await ask("Budi", IN, input=standing(-7_257_900))
    assert inside.data["clockIn"] == {"verify": "gps"}


@pytest.mark.parametrize(
    ("viewer", "grants", "sees"),
    [
        ("Budi", (), True),
        ("Sri", (), True),
        ("Eka", ((Role.UNIT_LEADER, "office"),), True),
        ("Eka", ((Role.AUDITOR, "city"),), True),
        ("Eka", ((Role.PERSONNEL_ADMIN, "city"),), False),
        ("Eka", ((Role.INTEGRATOR, "city"),), False),
        ("Wati", (), False),
    ],
)
async def test_where_somebody_stood_is_seen_by_those_who_answer_for_it(
    town: Town, ask: Ask, viewer: str, grants: tuple[tuple[Role, str], ...], sees: bool
) -> None:
    await _tried(town, ask)
    result = await ask(viewer, SEEN, *grants)
    assert result.errors is None
    tries = [one for node in result.data["employees"]["nodes"] for one in node["checkIns"]["nodes"]]
    assert sorted(one["accepted"] for one in tries) == ([False, True] if sees else [])
    for one in tries:
        assert (one["fence"]["name"], one["radiusM"], one["accuracyM"]) == ("Kantor", 100, "12.50")
        assert one["mockLocation"] is True
        assert (one["punch"] is not None, one["reason"] is None) == (one["accepted"], one["accepted"])
