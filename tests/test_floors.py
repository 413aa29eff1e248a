"""Below these versions a hole that was closed is open again, whatever another package's metadata would allow."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import pytest
from packaging.version import Version

FLOORS = {
    "strawberry-graphql": "0.341",
    "graphql-core": "3.3.2",
    "starlette": "1.3.1",
    "uvicorn": "0.48",
    "tortoise-orm": "1.1",
    "asyncpg": "0.30",
    "h11": "0.16",
    "websockets": "13",
}


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_the_installed_version_is_not_below_its_floor(package: str, floor: str) -> None:
    assert Version(version(package)) >= Version(floor)


def test_graphql_core_is_of_the_series_that_was_measured() -> None:
    assert Version(version("graphql-core")) < Version("3.4")


def test_no_parser_of_multipart_forms_is_installed() -> None:
    with pytest.raises(PackageNotFoundError):
        version("python-multipart")
