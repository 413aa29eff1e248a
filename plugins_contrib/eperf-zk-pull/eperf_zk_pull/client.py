# SPDX-License-Identifier: MIT
"""The program that talks to a machine, in a process of its own: nothing of eperf is in it, only the client library.

The library trusts what a machine says: a wrong length makes it read for ever or without bound, and it names the port's
protocol in Python that has no time limit of its own. So the process is given little memory and little time, its parent
ends it, and what it prints is read like any other input. The library is GPL-2.0; this program meets it alone.

It reads one JSON object (`address`, `port`, `comm_key`) from its input and prints one line of JSON, then bytes: with
`records` (how many the machine counts) and `users` (internal number to PIN, for the smallest records only) the log as
the machine gave it; or `failed` with a stable word and nothing more. It asks for sizes, users and the log; it never
clears one.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

SECONDS = 10
"""How long one step may wait for the machine."""

_MOST_BYTES = 16 * 1024 * 1024
_MEMORY = 512 * 1024 * 1024
_CPU_SECONDS = 60
_USERS_BELOW = 16
"""Records of fewer bytes name the person by the machine's internal number."""


def _bounded() -> None:
    try:
        import resource
    except ImportError:  # not on Windows: there the parent's clock is the only bound
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _asked(asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from pyzk2 import ZK, const

    machine = ZK(
        asked["address"], port=asked["port"], timeout=SECONDS, password=asked["comm_key"], ommit_ping=True
    )
    machine.connect()
    try:
        machine.read_sizes()
        records = int(machine.records)
        if records <= 0:
            return {"records": 0, "users": {}}, b""
        log, _ = machine.read_with_buffer(const.CMD_ATTLOG_RRQ)
        users = {}
        if (len(log) - 4) // records < _USERS_BELOW:
            users = {str(user.uid): str(user.user_id) for user in machine.get_users()}
        return {"records": records, "users": users}, bytes(log)
    finally:
        try:
            machine.disconnect()
        except Exception:
            # The log is here or the failure is known; a machine that does not say goodbye changes neither.
            machine.is_connect = False


def _word(failed: BaseException) -> str:
    """One stable word; what the library says may quote the machine, so it stays here."""
    from pyzk2.exception import ZKErrorResponse, ZKNetworkError

    if isinstance(failed, ZKErrorResponse):
        return "refused" if "nauth" in str(failed) else "answer"
    if isinstance(failed, MemoryError):
        return "too_much"
    return "network" if isinstance(failed, ZKNetworkError | OSError) else "answer"


def main() -> None:
    """Asks once. The library prints warnings, so the true output is put aside first."""
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _bounded()
    log = b""
    try:
        said, log = _asked(json.loads(sys.stdin.buffer.read(4096)))
        if len(log) > _MOST_BYTES:
            said, log = {"failed": "too_much"}, b""
    except Exception as failed:
        said = {"failed": _word(failed)}
    told.write(json.dumps(said).encode() + b"\n" + log)
    told.close()


if __name__ == "__main__":
    main()
