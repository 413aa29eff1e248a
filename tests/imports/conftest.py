from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.town import Town, build

Written = Callable[..., Path]


@pytest.fixture
async def town(database: str) -> Town:
    return await build()


@pytest.fixture
def file(tmp_path: Path) -> Written:
    """Writes a file: `file("a,b\\n1,2")`, `file(b"…", "x.xlsx")`."""

    def write(content: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
