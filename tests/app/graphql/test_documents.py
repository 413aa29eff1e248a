"""The document cache: nothing is parsed twice, and strangers cannot fill the memory."""

from __future__ import annotations

import gc
import tracemalloc
from unittest.mock import patch

import pytest
from graphql import GraphQLSyntaxError

from eperf.app.graphql import Limits, documents
from eperf.app.graphql.documents import Documents
from tests.app.graphql import town


def cache(limits: Limits) -> Documents:
    return Documents(town.schema._schema, limits, suggestions=False)


async def test_a_repeated_document_is_neither_parsed_nor_validated_again() -> None:
    with (
        patch.object(documents, "parse", wraps=documents.parse) as parse,
        patch.object(documents, "validate", wraps=documents.validate) as validate,
    ):
        async with town.client() as http:
            for name in ("a", "b", "c"):
                answer = await town.ask(http, "query($n: String!) { hello(name: $n) }", {"n": name})
                assert answer == {"data": {"hello": f"hello {name}"}}
            for _ in range(3):
                assert town.code(await town.ask(http, "{ wrong }")) == "GRAPHQL_VALIDATION_FAILED"
    assert (parse.call_count, validate.call_count) == (2, 2)


def test_the_least_recently_used_document_goes_first() -> None:
    kept = cache(Limits(cached_documents=2))
    first, second = kept.get("{ hello }"), kept.get("{ later }")
    assert kept.get("{ hello }") is first
    kept.get("{ whoami }")
    assert len(kept) == 2
    assert kept.get("{ hello }") is first
    assert kept.get("{ later }") is not second


def test_many_small_and_few_large_documents_are_both_bounded() -> None:
    kept = cache(Limits(cached_documents=100, cached_tokens=1000))
    for number in range(300):
        kept.get(f"{{ a{number}: hello }}")
    assert len(kept) == 100
    for number in range(300):
        kept.get("{" + " ".join(f"a{number}x{n}: hello" for n in range(30)) + "}")
    assert len(kept) <= 11


def test_what_cannot_be_parsed_is_not_kept() -> None:
    kept = cache(Limits())
    for number in range(10):
        with pytest.raises(GraphQLSyntaxError):
            kept.get(f"{{ a{number}")
    assert len(kept) == 0


def test_memory_stays_flat_over_distinct_documents_wrong_ones_included() -> None:
    kept = cache(Limits(cached_documents=50))

    def many(begin: int) -> int:
        for number in range(begin, begin + 400):
            kept.get(
                f"{{ a{number}: hello wrong{number} x{number}: books(first: {number}) {{ total nothing }} }}"
            )
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = many(0)
        after = many(400)
    finally:
        tracemalloc.stop()
    assert after - before < 200_000
