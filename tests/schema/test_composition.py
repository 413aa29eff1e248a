"""The composed schema: as committed, extended from above, and never with two owners of a name."""

from __future__ import annotations

from pathlib import Path

import pytest
import strawberry
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput, NotFound
from eperf.planner import cursor
from eperf.plugins.api import Contribution
from eperf.plugins.clash import Clash
from eperf.schema.compose import compose
from eperf.schema.ids import global_id, number_of, parsed
from eperf.schema.scalars import read_hundredths, shown_hundredths
from eperf.schema.sdl import sdl

SDL = Path(__file__).resolve().parents[2] / "docs" / "schema.graphql"


def test_the_committed_schema_is_the_composed_one() -> None:
    assert SDL.read_text() == sdl(), "run: python -m eperf.schema.sdl > docs/schema.graphql"


def hours() -> int:
    return 8


def test_a_plugin_extends_a_type_of_the_core_without_touching_it() -> None:
    field = strawberry.field(resolver=hours)
    extended = compose([Contribution(owner="training", extends={"Employee": {"training_hours": field}})])
    assert "trainingHours: Int!" in extended.as_str()
    assert "trainingHours" not in compose().as_str()


@pytest.mark.parametrize(
    ("contribution", "name"),
    [
        (Contribution(owner="b", query={"me": strawberry.field(resolver=hours)}), "Query.me"),
        (
            Contribution(owner="b", extends={"Employee": {"name": strawberry.field(resolver=hours)}}),
            "Employee.name",
        ),
        (
            Contribution(owner="b", extends={"Employee": {"scores": strawberry.field(resolver=hours)}}),
            "Employee.scores",
        ),
        (
            Contribution(owner="b", extends={"Employee": {"birthDate": strawberry.field(resolver=hours)}}),
            "birthDate",
        ),
        (
            Contribution(owner="b", mutation={"clock_in": strawberry.mutation(resolver=hours)}),
            "Mutation.clockIn",
        ),
    ],
)
def test_a_name_with_two_owners_is_refused_with_both_named(contribution: Contribution, name: str) -> None:
    with pytest.raises(Clash) as refused:
        compose([contribution])
    assert name in str(refused.value)
    assert "eperf" in str(refused.value)
    assert " b " in str(refused.value)


@given(st.sampled_from(["Employee", "Unit", "CatalogueItem"]), st.integers(1, 2**63 - 1))
def test_an_id_names_one_thing_and_one_thing_has_one_id(kind: str, number: int) -> None:
    assert parsed(global_id(kind, number)) == (kind, number)


@given(st.text(max_size=200))
def test_any_other_text_is_no_id(text: str) -> None:
    try:
        kind, number = parsed(text)
    except (BadInput, NotFound):
        return
    assert global_id(kind, number) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Unit:1",
        "VW5pdDox=",
        "VW5pdDox ",
        "VW5pdDow",
        "VW5pdDoxMA==",
        "VW5pdDrCsQ",
        "\x00",
        "é",
        "A" * 10_000,
        "VW5pdDotMQ",
    ],
)
def test_what_only_looks_like_an_id_is_refused_by_the_name_of_its_field(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        number_of(text, "Unit", "unit")
    assert refused.value.field == "unit"


def test_an_id_of_another_type_is_refused() -> None:
    with pytest.raises(BadInput, match="Employee"):
        number_of(global_id("Employee", 1), "Unit", "unit")


@given(st.integers(-(10**17), 10**17))
def test_hundredths_are_shown_and_read_exactly(value: int) -> None:
    assert read_hundredths(shown_hundredths(value)) == value


@given(st.text(max_size=60))
def test_any_text_but_a_cursor_of_this_order_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        cursor.read(text, "NAME", (str, int))


@given(
    st.text(st.characters(blacklist_characters="\x00", blacklist_categories=("Cs",)), max_size=50),
    st.integers(1, 2**62),
)
def test_a_cursor_gives_back_the_place_it_was_made_from(name: str, number: int) -> None:
    written = cursor.write("NAME", (name, number))
    if len(written) <= 1024:
        assert cursor.read(written, "NAME", (str, int)) == (name, number)
    with pytest.raises(BadInput):
        cursor.read(written, "ID", (str, int))
    with pytest.raises(BadInput):
        cursor.read(written, "NAME", (int, int))
