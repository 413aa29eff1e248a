"""`python -m eperf` and the `eperf` command."""

from __future__ import annotations


def main() -> None:
    """Runs the command line."""
    from eperf.app.cli import app

    app()


if __name__ == "__main__":
    main()
