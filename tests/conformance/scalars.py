"""What Schemathesis sends where the schema has scalars of its own: mostly right values, and now and then none."""

from __future__ import annotations

from datetime import UTC, date

import schemathesis
from hypothesis import strategies as st

_CIVIL = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))
_INSTANTS = st.datetimes(timezones=st.just(UTC)).map(lambda instant: instant.isoformat())
_HUNDREDTHS = st.integers(-(10**12), 10**12).map(lambda value: f"{value / 100:.2f}")
_WRONG = st.text(max_size=12)

for _name, _right in {
    "Date": _CIVIL.map(str),
    "DateTime": _INSTANTS,
    "Decimal": _HUNDREDTHS,
    "YearMonth": _CIVIL.map(lambda day: f"{day:%Y-%m}"),
}.items():
    schemathesis.graphql.scalar(_name, (_right | _right | _WRONG).map(schemathesis.graphql.nodes.String))
