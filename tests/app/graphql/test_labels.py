"""A client's own words are cut before logs and traces say them."""

from __future__ import annotations

from eperf.app.graphql import Limits
from eperf.app.graphql.documents import Documents
from tests.app.graphql import town


def test_logs_and_traces_say_as_much_of_an_operations_name_as_one_reads() -> None:
    documents = Documents(town.schema._schema, Limits(), suggestions=False)
    long = "N" * 10_000
    assert documents.get(f"query {long} {{ hello }}").operation(long).label == "N" * 60
    assert documents.get("query Short { hello }").operation(None).label == "Short"
    assert documents.get("{ hello }").operation(None).label is None
