"""Processor time and memory of processes, from the kernel's own account of them."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_ms(pid: int) -> float:
    """What a process with all its threads has used, in milliseconds; 0 when it has ended."""
    found = _stat(pid)
    return 0.0 if found is None else (int(found[11]) + int(found[12])) * 1000 / _TICKS


def family_cpu_ms(pid: int) -> float:
    """A process, its children and those that have ended: PostgreSQL with its backends."""
    found = _stat(pid)
    ended = 0.0 if found is None else (int(found[13]) + int(found[14])) * 1000 / _TICKS
    return cpu_ms(pid) + ended + sum(cpu_ms(child) for child in children(pid))


def family_waited_ms(pid: int) -> float:
    """How long a process and its children were ready to run and had no processor: what others on the machine cost it."""
    return sum(_waited_ms(one) for one in (pid, *children(pid)))


def _waited_ms(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e6
    except (OSError, IndexError):
        return 0.0  # it has ended, or the kernel does not say


def children(pid: int) -> list[int]:
    """The processes whose parent this is."""
    found = []
    for entry in Path("/proc").iterdir():
        stat = _stat(int(entry.name)) if entry.name.isdigit() else None
        if stat is not None and int(stat[1]) == pid:
            found.append(int(entry.name))
    return found


def resident_mib(pid: int) -> float:
    """The memory that a process holds now."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0  # it ended a moment ago
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def family_mib(pid: int) -> float:
    """The memory that a process and its children hold now; what they share is counted for each."""
    return sum(resident_mib(one) for one in (pid, *children(pid)))


def _stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
