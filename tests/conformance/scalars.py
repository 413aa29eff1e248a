"""What Schemathesis writes for the scalars of the schema: mostly what they are, now and then what they are not.

Ids are those in `EPERF_FUZZ_IDS`: made-up ones only ever reach the refusal of an id.
"""

from __future__ import annotations

import os

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

_WRONG = st.text(max_size=20)
_DECIMALS = st.decimals(-(10**6), 10**6, places=2).map(str)
_MONTHS = st.from_regex(r"\A20(2[0-9])-(0[1-9]|1[0-2])\Z")


def _scalar(name: str, right: st.SearchStrategy[str]) -> None:
    schemathesis.graphql.scalar(name, st.one_of(right, right, right, _WRONG).map(nodes.String))


_scalar("ID", st.sampled_from(os.environ["EPERF_FUZZ_IDS"].split()))
_scalar("Decimal", _DECIMALS)
_scalar("YearMonth", _MONTHS)
_scalar("Date", st.dates().map(str))
_scalar("DateTime", st.datetimes().map(lambda instant: f"{instant.isoformat()}Z"))
