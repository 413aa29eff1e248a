"""`python -m eperf.schema.sdl`: the core's schema as text, for `docs/schema.graphql`."""

from __future__ import annotations

import sys

from eperf.schema.compose import compose


def sdl() -> str:
    """The schema without plugins, as committed."""
    return compose().as_str() + "\n"


if __name__ == "__main__":
    sys.stdout.write(sdl())
