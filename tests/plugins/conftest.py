"""An environment that nobody has used, made once for all tests that need one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.fresh import Fresh, fresh


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    return fresh(tmp_path_factory.mktemp("fresh"))


@pytest.fixture
def environment(_made: Fresh) -> Iterator[Fresh]:
    """A new venv with eperf's wheel; what a test installs into it is taken away at its end."""
    yield _made
    _made.forget("eperf_kota_contoh")
