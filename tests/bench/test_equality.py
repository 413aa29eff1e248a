"""What counts as the same answer."""

from __future__ import annotations

import json

from bench.equality import same
from bench.operations import gid


def _bytes(value: object) -> bytes:
    return json.dumps(value).encode()


_EMPLOYEE = {
    "id": gid("Employee", 7),
    "rank": None,
    "score": {"score": "12.05", "computedAt": "2025-04-03T00:00:01Z"},
}
_ONE = _bytes({"data": {"employee": _EMPLOYEE}})


def test_the_order_of_fields_does_not_matter_to_the_value() -> None:
    assert same("one", _ONE, _bytes({"data": {"employee": dict(reversed(_EMPLOYEE.items()))}})) is None


def test_a_difference_is_named_by_its_path() -> None:
    other = _bytes({"data": {"employee": {**_EMPLOYEE, "rank": "III/a"}}})
    assert same("one", _ONE, other) == '$.data.employee.rank: "III/a" instead of null'


def test_a_number_is_not_its_text_and_a_shorter_list_not_the_list() -> None:
    assert same("one", _bytes({"a": 1}), _bytes({"a": "1"})) == '$.a: "1" instead of 1'
    assert same("one", _bytes({"a": [1, 2]}), _bytes({"a": [1]})) == "$.a: 1 members instead of 2"


def test_a_missing_field_is_named() -> None:
    wrong = same("one", _bytes({"a": 1, "b": 2}), _bytes({"a": 1}))
    assert wrong is not None
    assert "['a'] instead of ['a', 'b']" in wrong


def test_the_peer_s_forms_are_changed_and_its_wrong_values_are_not() -> None:
    scores = [{"score": "1205", "computedAt": "2025-04-03T00:00:01+00:00"}]
    right = {"data": {"employee": {"id": "7", "rank": None, "score": scores}}}
    assert same("one", _ONE, _bytes(right), peer=True) is None
    wrong = {"data": {"employee": {"id": "8", "rank": None, "score": scores}}}
    assert same("one", _ONE, _bytes(wrong), peer=True) is not None


def test_two_reports_differ_by_number_and_instant_only() -> None:
    def report(number: int, at: str, minutes: int) -> bytes:
        activity = {"id": gid("Activity", number), "minutes": minutes, "submittedAt": at}
        return _bytes({"data": {"submitActivity": activity}})

    first = report(1, "2025-03-27T08:00:00Z", 30)
    assert same("submit", first, report(2, "2025-03-27T09:00:00Z", 30)) is None
    assert same("submit", first, report(2, "2025-03-27T09:00:00Z", 31)) is not None
