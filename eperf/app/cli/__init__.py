"""The command line `eperf`."""

from __future__ import annotations

import typer

from eperf import __version__
from eperf.app.cli import closing, documents, guests, imports, plugins, promotions, token
from eperf.app.cli.backup import backup, restore
from eperf.app.cli.demo import demo
from eperf.app.cli.migrate import migrate
from eperf.app.cli.pay import pay_advice
from eperf.app.cli.pull import pull
from eperf.app.cli.punches import punches
from eperf.app.cli.receipts import receipt, verify
from eperf.app.cli.serve import serve
from eperf.app.cli.what_if import what_if
from eperf.app.cli.worker import worker

app = typer.Typer(
    help="eperf: an open performance service for public servants.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
app.command()(serve)
app.command()(demo)
app.command()(migrate)
app.command()(worker)
app.command()(backup)
app.command()(restore)
app.command()(pull)
app.command()(pay_advice)
app.command()(receipt)
app.command()(verify)
app.command()(guests.job)
app.command("what-if")(what_if)
imports.app.command()(punches)
app.add_typer(imports.app, name="import")
app.add_typer(token.app, name="token")
app.add_typer(documents.app, name="documents")
app.add_typer(plugins.app, name="plugins")
app.add_typer(promotions.app, name="promotions")
app.add_typer(closing.app, name="period")
app.add_typer(guests.app, name="x")


@app.callback(invoke_without_command=True)
def _root(
    version: bool = typer.Option(False, "--version", help="Print the version and leave.", is_eager=True),
) -> None:
    if version:
        print(__version__)
        raise typer.Exit
