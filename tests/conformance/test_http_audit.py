"""GraphQL over HTTP, by the reference audit of the specification's own working group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

_AUDITS = {"MUST": 13, "SHOULD": 23, "MAY": 25}


def test_every_audit_of_graphql_over_http_passes(
    town: dict[str, Any], node: Callable[..., Any], record_property: Callable[[str, object], None]
) -> None:
    results = node("audit.mjs", {"url": town["url"], "token": town["tokens"]["employee"]})
    levels = Counter(result["name"].split(" ")[0] for result in results)
    passed = Counter(result["name"].split(" ")[0] for result in results if result["status"] == "ok")
    counted = ", ".join(f"{level} {passed[level]} of {levels[level]}" for level in _AUDITS)
    record_property("figure", f"graphql-http audit: {passed.total()} of {len(results)} pass ({counted})")
    assert [result for result in results if result["status"] != "ok"] == []
    assert levels == _AUDITS
