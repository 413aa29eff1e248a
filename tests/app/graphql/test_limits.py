"""The limiter: every bound on a document, linear in its length, and the cost before execution."""

from __future__ import annotations

import time
from typing import Any

import pytest
from graphql import GraphQLSyntaxError, get_introspection_query, parse
from hypothesis import given
from hypothesis import strategies as st

from eperf.app.graphql import Limits, measure
from eperf.app.graphql.cost import ListPrice
from eperf.app.graphql.documents import Documents
from eperf.domain.errors import TooMany
from tests.app.graphql import town

SMALL = Limits(
    document_bytes=2000, tokens=120, comments=5, depth=4, fields=30, aliases=5, directives=4, introspections=1,
    operations=3, fragments=4,
)  # fmt: skip
BOOKS = "books { edges { node { title } } }"
FANNED = " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(40))


@pytest.mark.parametrize(
    ("query", "limit", "most", "value"),
    [
        ("{ hello }" + " " * 2000, "document_bytes", 2000, 2009),
        ('{ hello(name: "' + "🏙" * 500 + '") }', "document_bytes", 2000, 2019),
        ("{" + " hello" * 120 + "}", "tokens", 120, 121),
        ("#\n" * 6 + "{ hello }", "comments", 5, 6),
        ("{ a { b { c { d { e } } } } }", "depth", 4, 5),
        ("{ ...F } fragment F on Q { a { ...G } } fragment G on Q { b { c { d { e } } } }", "depth", 4, 5),
        ("{ ... { ... on Q { a { b { c { d { e } } } } } } }", "depth", 4, 5),
        ("{" + " hello" * 31 + "}", "fields", 30, 31),
        ("{" + " ".join(f"a{n}: hello" for n in range(6)) + "}", "aliases", 5, 6),
        ("{ ...F ...F } fragment F on Q { a: b c: d e: f }", "aliases", 5, 6),
        ("query @a { b @c ...F @d } fragment F on Q @e { f @g }", "directives", 4, 5),
        ("query($a: Int @x @x @x @x @x) { b }", "directives", 4, 5),
        ("{ __schema { a } __type { b } }", "introspections", 1, 2),
        ("query A { a } query B { a } query C { a } query D { a }", "operations", 3, 4),
        ("{ a }" + " ".join(f" fragment F{n} on Q {{ a }}" for n in range(5)), "fragments", 4, 5),
    ],
)  # fmt: skip
def test_a_document_over_a_limit_is_refused_by_name_and_value(
    query: str, limit: str, most: int, value: int
) -> None:
    with pytest.raises(TooMany) as caught:
        Documents(town.schema._schema, SMALL, suggestions=False).get(query)
    assert (caught.value.field, caught.value.value) == (limit, value)
    assert caught.value.facts["most"] == str(most)


def test_a_document_at_its_limits_passes() -> None:
    query = "query A { a: hello @skip(if: true) b: hello c: hello d: hello e: hello shelf { tags { name } } }"
    assert not Documents(town.schema._schema, Limits(**_exactly(query)), suggestions=False).get(query).errors


def _exactly(query: str) -> dict[str, int]:
    size = measure.check(parse(query), Limits())["A"]
    return {**size._asdict(), "operations": 1, "document_bytes": len(query)}


def test_nesting_that_the_parser_gives_up_is_a_limit_too() -> None:
    with pytest.raises(TooMany) as caught:
        Documents(town.schema._schema, Limits(), suggestions=False).get("{ a" * 300 + "}" * 300)
    assert caught.value.field == "depth"


def test_a_syntax_error_is_no_limit() -> None:
    with pytest.raises(GraphQLSyntaxError):
        Documents(town.schema._schema, SMALL, suggestions=False).get("{ a")


async def test_fragments_that_double_at_each_level_are_refused_in_no_time() -> None:
    query = "{ ...f0 } " + FANNED + " fragment f40 on Query { hello }"
    async with town.client() as http:
        begun = time.perf_counter()
        answer = await town.ask(http, query)
        took = time.perf_counter() - begun
    assert town.code(answer) == "LIMIT_EXCEEDED"
    assert answer["errors"][0]["extensions"]["limit"] == "fields"
    assert took < 5  # it would be an hour


async def test_circles_of_fragments_end() -> None:
    async with town.client() as http:
        for query in (
            "{ ...F } fragment F on Query { ...F }",
            "{ ...F } fragment F on Query { hello ...G } fragment G on Query { ...F ...F later }",
            "{ hello } fragment F on Query { ...G } fragment G on Query { ...F }",
        ):
            assert town.code(await town.ask(http, query)) == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize(
    "query",
    [
        "{" + "shelf{title}" * 390 + "}",
        "{" + "shelf{tags{name}}" * 280 + "}",
        "{" + "...{shelf{title}}" * 250 + "}",
        "{"
        + " ".join(f"...f{n}" for n in range(50))
        + "}"
        + "".join(f"fragment f{n} on Query {{shelf{{title number}} ...f{(n + 1) % 50}}}" for n in range(50)),
    ],
)
async def test_documents_that_are_slow_to_validate_are_refused(query: str) -> None:
    async with town.client() as http:
        begun = time.perf_counter()
        answer = await town.ask(http, query)
        took = time.perf_counter() - begun
    assert town.code(answer) == "LIMIT_EXCEEDED"
    assert answer["errors"][0]["extensions"]["limit"] in {"comparisons", "fields"}
    assert took < 5


@given(st.dictionaries(st.integers(0, 7), st.lists(st.integers(0, 9), max_size=6), max_size=8))
def test_the_measure_of_any_web_of_fragments_is_that_of_spreading_them_out(web: dict[int, list[int]]) -> None:
    text = "{ ...f0 }" + "".join(
        f" fragment f{name} on Q {{ a {{ b {' '.join(f'...f{to}' for to in spreads)} }} }}"
        for name, spreads in web.items()
    )
    own = {name: [to for to in spreads if to > name and to in web] for name, spreads in web.items()}
    if own != {name: [to for to in spreads if to in web] for name, spreads in web.items()}:
        measure.check(parse(text), Limits(fields=2**31, depth=99))  # circles: it ends
        return

    def fields(name: int) -> int:
        return 2 + sum(fields(to) for to in own[name]) if name in own else 0

    def depth(name: int) -> int:
        return 1 + max([1, *(depth(to) for to in own[name])]) if name in own else 0

    size = measure.check(parse(text), Limits(fields=2**31, depth=99))[None]
    assert (size.fields, size.depth) == (fields(0), depth(0))


def test_introspection_is_not_counted_as_depth() -> None:
    query = "{ __schema { a { b { c { d { e { ...F } } } } } } hello } fragment F on T { f { g { h { i { j } } } } }"
    sizes = measure.check(parse(query), Limits(depth=8))
    assert (sizes[None].depth, sizes[None].introspections) == (1, 1)


def price(query: str, variables: dict[str, Any] | None = None) -> int:
    document = parse(query)
    return ListPrice(town.schema._schema, Limits())(document, document.definitions[0], variables or {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "variables", "cost"),
    [
        ("{ hello later }", {}, 2),
        ("{ books { total } }", {}, 2),
        ("{ books(first: 3) { edges { node { title number } } } }", {}, 2 + 3 * 3),
        ("{ books(last: 3) { edges { node { title number } } } }", {}, 2 + 3 * 3),
        ("{ books(first: 2, last: 3) { edges { cursor } } }", {}, 2 + 3),
        ("{ books { edges { cursor } } }", {}, 2 + 20),
        ("{ books(first: null) { edges { cursor } } }", {}, 2 + 20),
        ("{ books(first: -5) { edges { cursor } } }", {}, 2 + 20),
        ("query($n: Int) { books(first: $n) { edges { cursor } } }", {"n": 7}, 2 + 7),
        ("query($n: Int) { books(first: $n) { edges { cursor } } }", {}, 2 + 20),
        ("query($n: Int) { books(first: $n) { edges { cursor } } }", {"n": None}, 2 + 20),
        ("{ books(first: 3) { edges { node { neighbours { nodes { title } } } } } }", {}, 2 + 3 * (1 + 1 + 1 + 5)),
        ("{ books(first: 3) { nodes { neighbours(first: 4) { nodes { title } } } } }", {}, 2 + 3 * (2 + 4)),
        ("{ shelf { title tags { name } } }", {}, 1 + 10 * (1 + 1 + 10)),
        ("{ books(first: 3) { ...F } } fragment F on BookConnection { edges { ...G } ... { total } } "  # noqa: ISC004
         "fragment G on BookEdge { cursor }", {}, 3 + 3),
        ("{ __schema { types { fields { args { name } } } } __typename }", {}, 1001),
        ("{ books(first: 3) { ...F ...F } } fragment F on BookConnection { edges { cursor } }", {}, 1 + 2 * (1 + 3)),
        ("mutation { shelve(title: \"x\") }", {}, 1),
        ("subscription { books { title } }", {}, 2),
    ],
)  # fmt: skip
def test_the_cost_is_fields_times_the_lists_they_stand_in(
    query: str, variables: dict[str, Any], cost: int
) -> None:
    assert price(query, variables) == cost


def test_the_cost_of_the_deepest_nesting_saturates() -> None:
    query = (
        "{ books(first: 2147483647) "
        + "{ nodes { neighbours(first: 2147483647) " * 60
        + "{ total }"
        + "} }" * 60
        + "}"
    )
    assert price(query) == 2**53


async def test_an_operation_that_would_cost_too_much_is_not_executed() -> None:
    query = "query($n: Int!) { books(first: $n) { nodes { neighbours(first: $n) { nodes { title } } } } }"
    async with town.client(Limits(cost=500)) as http:
        cheap = await town.ask(http, query, {"n": 20})
        dear = await town.ask(http, query, {"n": 30})
    assert "errors" not in cheap
    extensions = dear["errors"][0]["extensions"]
    assert (extensions["code"], extensions["limit"], extensions["most"]) == ("LIMIT_EXCEEDED", "cost", 500)
    assert extensions["value"] == 2 + 30 * (2 + 30)


async def test_a_planner_may_say_what_an_operation_costs() -> None:
    async with town.client(price=lambda _document, _operation, variables: 10**9 if variables else 1) as http:
        assert "errors" not in await town.ask(http, "{ hello }")
        dear = await town.ask(http, "query($n: String!) { hello(name: $n) }", {"n": "x"})
    assert dear["errors"][0]["extensions"]["value"] == 10**9


async def test_the_usual_introspection_query_is_within_the_limits() -> None:
    async with town.client() as http:
        query = get_introspection_query(input_value_deprecation=True, specified_by_url=True)
        allowed = await town.ask(http, query, authorization="Bearer admin")
        refused = await town.ask(http, query)
        hidden = await town.ask(
            http, '{ ...F } fragment F on Query { ... { x: __type(name: "Book") { name } } }'
        )
        typename = await town.ask(http, "{ __typename }")
    assert "errors" not in allowed
    assert town.code(refused) == town.code(hidden) == "INTROSPECTION_DISABLED"
    assert typename == {"data": {"__typename": "Query"}}
