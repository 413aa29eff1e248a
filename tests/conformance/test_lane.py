"""What is refused of a caller who comes for the first time is refused of one who is remembered."""

from __future__ import annotations

from typing import Any

import httpx
import pytest


@pytest.mark.parametrize("given", [{"variables": 0}, {"variables": False}, {"operationName": False}])
def test_a_remembered_caller_is_refused_what_is_no_request(
    town: dict[str, Any], given: dict[str, Any]
) -> None:
    headers = {"Authorization": f"Bearer {town['tokens']['employee']}", "Accept": "application/json"}
    with httpx.Client(headers=headers) as client:
        for _ in range(3):
            assert client.post(town["url"], json={"query": "{ me { id } }"}).status_code == 200
        assert client.post(town["url"], json={"query": "{ me { id } }", **given}).status_code == 400
