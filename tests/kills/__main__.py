"""`python -m tests.kills`: a thousand random kills under load, on PostgreSQL, with three workers."""

from __future__ import annotations

import argparse
import random
import secrets
import tempfile
from pathlib import Path

from eperf.schema.ids import global_id
from tests.faults.workload import populate
from tests.kills.harness import kill
from tests.support.postgres_server import PostgresServer
from tests.support.server import Server


def main() -> None:
    """Kills, checks, and says what was done; a failure is a traceback and exit code 1."""
    options = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    options.add_argument("--kills", type=int, default=1000)
    options.add_argument("--workers", type=int, default=3)
    options.add_argument("--subscribers", type=int, default=3)
    options.add_argument("--pause", type=float, default=0.6, help="mean seconds between two kills")
    options.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    chosen = options.parse_args()
    random.seed(chosen.seed)
    print(f"seed {chosen.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="eperf-kills-") as folder:
        place = Path(folder)
        place.chmod(0o711)
        with PostgresServer(place) as postgres:
            town = populate(postgres.url)
            environment = {"EPERF_REQUESTS_PER_MINUTE": "1000000"}
            server = Server(postgres.url, place, environment, ("--workers", str(chosen.workers)))
            try:
                with server:
                    done = kill(
                        server,
                        postgres.url,
                        global_id("CatalogueItem", town.item),
                        chosen.kills,
                        subscribers=chosen.subscribers,
                        pause=chosen.pause,
                        told=lambda line: print(line, flush=True),
                    )
            except BaseException:
                lines = server.log.read_text(errors="replace").splitlines()
                print("\n".join(line for line in lines if '"level": "info"' not in line))
                raise
    print(
        f"{dict(done.by_kind)}: {done.events} events, heard once and in order by {chosen.subscribers} subscribers "
        f"through {done.closings.total()} lost connections"
    )


main()
