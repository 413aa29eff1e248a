"""Cases that no registry would send: each is answered, or refused with the product's own error."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from eperf.domain.errors import Refused
from tests.vectors.adapter import OPS, run

CASES = [
    case["given"]
    for path in sorted((Path(__file__).parent / "cases").glob("*.json"))
    for case in json.loads(path.read_text(encoding="utf-8"))
]
ABSENT = "absent"
ODD = [ABSENT, None, "", "abc", "NaN", "1e400", "٣", True, 1.5, -1, 10**30, [], {}, [None]]


@pytest.mark.parametrize("op", sorted(OPS))
def test_a_case_that_cannot_be_read_is_refused_like_any_input(op: str) -> None:
    given: dict[str, Any] = max((case for case in CASES if case["op"] == op), key=len)
    for key in given.keys() - {"op"}:
        others = {name: value for name, value in given.items() if name != key}
        for odd in ODD:
            with suppress(Refused):
                run(op, others if odd is ABSENT else others | {key: odd})
