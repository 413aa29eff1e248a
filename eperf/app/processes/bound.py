"""An end for a process that was told to end: also when its loop is busy, or a thread of it is."""

from __future__ import annotations

import os
import sys
import threading

import structlog

OUT_SECONDS = 8.0
"""Who was told to end is out by then, whatever still runs; with a busy machine's delays that is within ten."""
_log = structlog.get_logger("eperf.serve")


def end_within(seconds: float) -> None:
    """The process ends after so many seconds at the latest."""
    clock = threading.Timer(seconds, _give_up, [seconds])
    clock.daemon = True
    clock.start()


def _give_up(seconds: float) -> None:
    _log.error("process.did-not-end", seconds=seconds)
    sys.stderr.flush()
    os._exit(1)
