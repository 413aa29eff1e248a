from __future__ import annotations

import pytest

from tests.support.town import Town, build


@pytest.fixture
async def town(database: str) -> Town:
    return await build()
