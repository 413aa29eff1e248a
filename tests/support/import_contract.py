"""Two contracts for import-linter about third parties.

Its own `forbidden` contract names what is not allowed, so a new dependency would be allowed everywhere until someone
thinks of it; `third_parties` is the other way round. Its `protected` contract fails while nothing imports what it
protects; `keepers` does not mind.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class _DirectImports(Contract):
    def render_broken_contract(self, check: ContractCheck) -> None:
        """Shows each import with its line."""
        for found in check.metadata["broken"]:
            output.print(f"{found['importer']} -> {found['imported']} (l.{found['line_number']})")


class ThirdPartiesContract(_DirectImports):
    """Modules in `packages` import, besides the standard library and this repository, only `allowed`."""

    type_name = "third_parties"

    packages = fields.ListField(subfield=fields.StringField())
    allowed = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Looks at each direct import of each module."""
        ours = {package.partition(".")[0] for package in self.session_options["root_packages"]}
        known = set(sys.stdlib_module_names) | ours | set(self.allowed)
        return _checked(
            graph,
            (
                (importer, imported)
                for importer in _inside(graph, self.packages)
                for imported in graph.find_modules_directly_imported_by(importer)
                if imported.partition(".")[0] not in known
            ),
        )


class KeepersContract(_DirectImports):
    """Only modules in `keepers` import the third parties `kept`."""

    type_name = "keepers"

    kept = fields.SetField(subfield=fields.StringField())
    keepers = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Looks at each direct import of each kept module."""
        keepers = set(_inside(graph, self.keepers))
        return _checked(
            graph,
            (
                (importer, imported)
                for imported in graph.modules & set(self.kept)
                for importer in graph.find_modules_that_directly_import(imported)
                if importer not in keepers
            ),
        )


def _inside(graph: ImportGraph, packages: Iterable[str]) -> Iterator[str]:
    for package in packages:
        if package in graph.modules:
            yield package
            yield from graph.find_descendants(package)


def _checked(graph: ImportGraph, wrong: Iterable[tuple[str, str]]) -> ContractCheck:
    broken = [
        found
        for importer, imported in sorted(wrong)
        for found in graph.get_import_details(importer=importer, imported=imported)
    ]
    return ContractCheck(kept=not broken, metadata={"broken": broken})
