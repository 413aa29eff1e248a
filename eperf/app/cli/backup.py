"""`eperf backup` writes the whole installation as one archive; `eperf restore` puts it into an empty place."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import typer

from eperf.app.cli.run import errors, run, settings
from eperf.app.house import tables
from eperf.plugins.registry import installed, load
from eperf.services import backup as backups
from eperf.services.backup import Contents, Head, Made
from eperf.services.backup.form import Manifest

_PARTLY = 1


def backup(
    path: Path = typer.Argument(help="The archive: a file that must not exist, or with --check one to read."),
    check: bool = typer.Option(
        False, "--check", help="Only read an archive to its end, and say whether it is whole."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Write the database and the data folder as one archive, readable by nobody else, while others serve and write.

    Exits with 1 when contents of the data folder are damaged; they are named and left out, and the archive is whole.
    """
    chosen = settings()

    async def job() -> Made:
        return await backups.backup(chosen.database, chosen.data_dir, path, datetime.now(UTC))

    async def look() -> Contents:
        return backups.check(path)

    if check:
        found = run(look)
        _tell(path, found.head, found.manifest, found.seal, found.bytes, as_json)
        return
    made = run(job)
    _tell(path, made.head, made.manifest, made.seal, made.bytes, as_json)
    for sha256 in made.damaged:
        errors.print(
            f"left out: files/{sha256[:2]}/{sha256[2:4]}/{sha256} is damaged", style="red", highlight=False
        )
    if made.damaged:
        raise typer.Exit(_PARTLY)


def restore(
    path: Path = typer.Argument(help="What `eperf backup` wrote."),
    ahead: int = typer.Option(
        0,
        "--ahead",
        min=0,
        max=10**12,
        help="How many ids and cursors to leave free: more than were given out since the backup was made.",
    ),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Put an archive into an empty database and an empty data folder; then run `eperf migrate`.

    Nothing is changed before the whole archive was read and found right. Can be killed and run again.
    """
    chosen = settings()

    async def job() -> Contents:
        apps = tables(load(candidates=installed()))
        return await backups.restore(chosen.database, chosen.data_dir, path, apps, ahead)

    found = run(job)
    _tell(path, found.head, found.manifest, found.seal, found.bytes, as_json)
    for table in found.left_out:
        errors.print(f"left out: the table {table} is not eperf's", style="yellow", highlight=False)


def _tell(path: Path, head: Head, manifest: Manifest, seal: str, size: int, as_json: bool) -> None:
    told = {
        "path": str(path),
        "seal": seal,
        "bytes": size,
        "eperf": head.eperf,
        "dialect": head.dialect,
        "made_at": head.made_at,
        "migrations": len(head.migrations),
        "rows": sum(manifest.rows.values()) if manifest.rows else None,
        "files": manifest.files.count,
    }
    if as_json:
        print(json.dumps(told))
        return
    rows = "" if told["rows"] is None else f"{told['rows']} rows, "
    print(
        f"{path}: {head.dialect} of eperf {head.eperf} as of {head.made_at}, {len(head.migrations)} migrations, {rows}"
        f"{manifest.files.count} contents, {size} bytes, {seal}"
    )
