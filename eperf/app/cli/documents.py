"""`eperf documents`: whether a frontend's registered documents fit this server, before they are deployed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import typer
from graphql import GraphQLSyntaxError

from eperf.app.cli.run import REFUSED, errors, settings
from eperf.app.graphql.documents import Document, Documents
from eperf.app.graphql.trusted import Entry, manifest
from eperf.app.web import limits_of
from eperf.domain.errors import Refused
from eperf.schema.gate import composed

app = typer.Typer(help="Registered documents: what a frontend may ask for by hash.", no_args_is_help=True)
_HASH_SHOWN = 12


@app.callback()
def _group() -> None:
    """Makes `check` a word of its own, though it is the only one."""


@app.command("check")
def check(
    file: Path = typer.Argument(..., help="The manifest: Relay's map from hash to text, or Apollo's."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Validate every document of a manifest against the schema and the limits.

    Exits with 1 when a document does not fit, with 2 when the manifest itself cannot be read.
    """
    try:
        entries = manifest(file)
    except Refused as refused:
        errors.print(f"{refused.code}: {refused.message('en')}", style="red", markup=False, highlight=False)
        raise typer.Exit(REFUSED) from refused
    documents = Documents(
        composed(without=settings().plugins_without)[1]._schema, limits_of(settings()), suggestions=True
    )
    checked = [(entry, *_faults(entry, documents)) for entry in entries]
    invalid = [
        {"name": name, "hash": entry.hash, "errors": faults} for entry, name, faults in checked if faults
    ]
    if as_json:
        print(json.dumps({"documents": len(entries), "invalid": invalid}))
    else:
        for one in invalid:
            for fault in one["errors"]:
                print(f"{one['name']}: {fault}")
        print(f"{len(entries)} documents, {len(invalid)} invalid")
    if invalid:
        raise typer.Exit(1)


def _faults(entry: Entry, documents: Documents) -> tuple[str, list[str]]:
    """What a document is called, and what is wrong with it."""
    name = entry.name or entry.hash[:_HASH_SHOWN]
    try:
        document = documents.get(entry.text)
    except Refused as refused:
        return name, [f"{refused.code}: {refused.message('en')}"]
    except GraphQLSyntaxError as error:
        return name, [_placed(error)]
    return entry.name or _named(document) or name, list(_wrong(document))


def _named(document: Document) -> str | None:
    return next((operation.name for operation in document.operations if operation.name), None)


def _wrong(document: Document) -> Iterator[str]:
    for error in document.errors:
        yield _placed(error)
    if not document.operations:
        yield "no operation"


def _placed(error: Exception) -> str:
    places = getattr(error, "locations", None) or ()
    return "".join(f"{place.line}:{place.column}: " for place in places[:1]) + str(
        getattr(error, "message", error)
    )
