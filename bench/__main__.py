"""Measures eperf against a floor, an ordinary build and a peer: `python -m bench`, or `make bench ARGS="…"`.

`python -m bench town` measures a demo town instead: how long it takes to build, and how fast it answers.
"""

from __future__ import annotations

import sys

from bench import reads, town


def main() -> None:
    """Runs what the first argument names; reads and the write without one."""
    if sys.argv[1:2] == ["town"]:
        del sys.argv[1]
        town.main()
    else:
        reads.main(sys.argv[1:])


if __name__ == "__main__":
    main()
