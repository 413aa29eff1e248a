"""Strict JSON, on examples and on random bytes."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eperf.app.graphql.json import decode
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.refusals import BadRequest, JsonTooLarge
from eperf.app.graphql.request import from_json, from_url
from eperf.domain.errors import Refused

LIMITS = Limits(json_depth=4, json_values=50)

texts = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(-1e18, 1e18) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b" ", b"NaN", b"[Infinity]", b"-Infinity", b"{", b"{'a':1}", b'{"a":1,}', b"1 2", b"01", b"+1", b".5",
        b"\xef\xbb\xbf{}", "{}".encode("utf-16"), "{}".encode("utf-16-le"), "{}".encode("utf-32"), b'"\xff"',
        b'"\xed\xa0\x80"', b'"\\ud800"', b'"\\udc00\\ud800"', b'"a\x00b"', b'"a\nb"', b'"\\u0000"', b'{"\\u0000":1}',
        b'[{"a":["\\u0000"]}]', b"1e400", b"-1e400", b"9" * 5000, b"-" + b"9" * 5000, b"18446744073709551615",
        b"9223372036854775808", b"-9223372036854775809", b"1e30", b"/* x */ 1", b"[1", b"tru", b"\x00", b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_plain_json_is_refused(raw: bytes) -> None:
    with pytest.raises(BadRequest):
        decode(raw, LIMITS)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a":1,"a":2}', {"a": 2}),
        (b'"\\ud83c\\udfd9"', "🏙"),
        (b"9223372036854775807", 2**63 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b"0.1", 0.1),
        (b'"\\\\u0000"', "\\u0000"),
        (b" [[[[1]]]] ", [[[[1]]]]),
        (b"[[[[]]]]", [[[[]]]]),
    ],
)
def test_plain_json_is_read(raw: bytes, value: Any) -> None:
    assert decode(raw, LIMITS) == value


@pytest.mark.parametrize(
    ("raw", "limit"), [(b"[[[[[1]]]]]", "json_depth"), (b"[" + b"1," * 50 + b"1]", "json_values")]
)
def test_nesting_and_number_of_values_are_bounded(raw: bytes, limit: str) -> None:
    with pytest.raises(JsonTooLarge) as caught:
        decode(raw, LIMITS)
    assert caught.value.field == limit


@given(values)
def test_what_json_writes_is_read_back_or_refused_as_too_large(value: Any) -> None:
    try:
        assert decode(json.dumps(value).encode(), LIMITS) == value
    except JsonTooLarge:
        assert len(json.dumps(value)) > 5


@given(st.binary(max_size=60) | st.text(max_size=40).map(lambda text: text.encode("utf-16")))
@example(b'"\\uDBFF"')
def test_random_bytes_give_a_value_or_a_refusal(raw: bytes) -> None:
    try:
        value = decode(raw, LIMITS)
    except Refused:
        return
    json.dumps(value, allow_nan=False).encode()


@given(values)
def test_any_json_is_a_request_or_a_refusal(value: Any) -> None:
    try:
        request = from_json(value)
    except BadRequest:
        return
    assert request.query == value["query"]


@given(
    st.fixed_dictionaries(
        {"query": st.text(min_size=1, max_size=5)},
        optional={"operationName": values, "variables": values, "extensions": values, "more": values},
    )
)
def test_a_request_is_taken_only_with_members_of_the_right_types(value: dict[str, Any]) -> None:
    right = (
        isinstance(value.get("operationName", ""), str | None)
        and isinstance(value.get("variables", {}), dict | None)
        and isinstance(value.get("extensions", {}), dict | None)
    )
    try:
        from_json(value)
    except BadRequest:
        assert not right
    else:
        assert right


@given(st.binary(max_size=80).map(lambda raw: raw.replace(b" ", b"+")))
@example(b"query=%ff")
@example(b"query=%ed%a0%80")
@example(b"query={hello}&query={hello}")
@example(b"query={hello}&variables=[]")
@example(b"query={hello}&variables={")
@example(b"query=%00")
@example(b"&".join(b"a%d=1" % n for n in range(40)))
@example(b"query=\xff")
def test_any_query_string_is_a_request_or_a_refusal(raw: bytes) -> None:
    with suppress(Refused):
        assert from_url(raw, LIMITS).query
