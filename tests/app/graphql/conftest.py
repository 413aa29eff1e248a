"""Each test starts with an empty trace."""

from __future__ import annotations

import pytest

from tests.app.graphql import town


@pytest.fixture(autouse=True)
def trace() -> town.Trace:
    for name, value in vars(town.Trace()).items():
        setattr(town.trace, name, value)
    return town.trace
