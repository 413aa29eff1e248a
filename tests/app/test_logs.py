"""The log holds our faults with their traceback, and strangers' without."""

from __future__ import annotations

import logging
import sys

import pytest

from eperf.app.logs import without_strangers_traceback


@pytest.mark.parametrize(("fault", "shown"), [(b"\xc3\x28", False), (None, True)])
def test_only_a_fault_of_ours_has_a_traceback(fault: bytes | None, shown: bool) -> None:
    try:
        _ = fault.decode() if fault is not None else {}["missing"]
    except (UnicodeDecodeError, KeyError):
        record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, "it failed", (), sys.exc_info())
    assert without_strangers_traceback(record)
    assert ("Traceback" in logging.Formatter().format(record)) is shown
    assert (record.levelname == "ERROR") is shown
