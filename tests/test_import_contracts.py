"""The contracts that we wrote ourselves break when they should; `make check` runs them on the real imports."""

from __future__ import annotations

import pytest
from grimp import ImportGraph

from tests.support.import_contract import KeepersContract, ThirdPartiesContract

_SESSION = {"root_packages": ["eperf"]}


def _graph(*imports: tuple[str, str]) -> ImportGraph:
    graph = ImportGraph()
    for module in ("eperf", "eperf.domain", "eperf.domain.scoring", "eperf.store"):
        graph.add_module(module)
    for importer, imported in imports:
        if imported not in graph.modules:
            graph.add_module(imported, is_squashed=not imported.startswith("eperf"))
        graph.add_import(importer=importer, imported=imported, line_number=7, line_contents="import it")
    return graph


def _domain_is_kept(*imports: tuple[str, str]) -> bool:
    options = {"packages": ["eperf.domain"], "allowed": ["polars"]}
    return ThirdPartiesContract("domain", _SESSION, options).check(_graph(*imports), verbose=False).kept


def _orm_is_kept(*imports: tuple[str, str]) -> bool:
    options = {"kept": ["tortoise"], "keepers": ["eperf.store"]}
    return KeepersContract("store", _SESSION, options).check(_graph(*imports), verbose=False).kept


@pytest.mark.parametrize("imported", ["polars", "datetime", "eperf.store"])
def test_a_floor_may_import_what_its_list_names_the_standard_library_and_the_repository(
    imported: str,
) -> None:
    assert _domain_is_kept(("eperf.domain.scoring", imported))


@pytest.mark.parametrize("importer", ["eperf.domain", "eperf.domain.scoring"])
def test_a_third_party_that_is_not_on_the_list_breaks_it(importer: str) -> None:
    assert not _domain_is_kept((importer, "orjson"))


def test_a_third_party_on_another_floor_does_not_concern_it() -> None:
    assert _domain_is_kept(("eperf.store", "orjson"))


def test_a_kept_party_may_be_imported_by_its_keepers_only() -> None:
    assert _orm_is_kept()
    assert _orm_is_kept(("eperf.store", "tortoise"))
    assert not _orm_is_kept(("eperf.store", "tortoise"), ("eperf.domain.scoring", "tortoise"))
