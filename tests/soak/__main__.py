"""The command; see `tests.soak.run`."""

from tests.soak.run import main

main()
