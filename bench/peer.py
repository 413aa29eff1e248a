"""Installs the peer: PostGraphile from npm, by the lock in `bench/pgl`, with the Node that the environment carries."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.variants import PEER


def installed() -> bool:
    """Whether it is there; tries to get it when it is not, or when the lock is newer."""
    stamp, lock = PEER / "node_modules" / ".installed", PEER / "package-lock.json"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return True
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    environment = {**os.environ, "PATH": path}
    npm = shutil.which("npm", path=path)
    if npm is None:
        return False
    command = [npm, "ci", "--fetch-retries=1", "--fetch-timeout=20000"]
    done = subprocess.run(command, cwd=PEER, env=environment, stdout=subprocess.DEVNULL, check=False)
    if done.returncode == 0:
        stamp.write_bytes(lock.read_bytes())
    return done.returncode == 0
