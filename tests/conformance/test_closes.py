"""`graphql-transport-ws` by its reference client: every close code of the protocol, each for its own reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_CODES = {
    "no JSON": 4400,
    "JSON but no message": 4400,
    "a message of no known type": 4400,
    "a number as id": 4400,
    "subscribe before connection_init": 4401,
    "a token that nobody gave out": 4403,
    "no protocol offered": 4406,
    "no connection_init": 4408,
    "one id twice": 4409,
    "connection_init twice": 4429,
}


def test_the_reference_client_sees_the_close_code_of_each_offence(
    town: dict[str, Any], node: Callable[..., Any]
) -> None:
    ended = node("closes.mjs", {"url": town["url"], "token": town["tokens"]["employee"]})
    assert {offence: how["code"] for offence, how in ended.items()} == _CODES
    assert [offence for offence, how in ended.items() if not how["reason"]] == []
