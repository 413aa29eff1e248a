"""The log holds our faults with their traceback, and strangers' without."""

from __future__ import annotations

import logging
import sys

import pytest
import structlog

from eperf.app.logs import configure, without_strangers_traceback
from eperf.domain.signing.passphrase import Passphrase


@pytest.mark.parametrize(("fault", "shown"), [(b"\xc3\x28", False), (None, True)])
def test_only_a_fault_of_ours_has_a_traceback(fault: bytes | None, shown: bool) -> None:
    try:
        _ = fault.decode() if fault is not None else {}["missing"]
    except (UnicodeDecodeError, KeyError):
        record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, "it failed", (), sys.exc_info())
    assert without_strangers_traceback(record)
    assert ("Traceback" in logging.Formatter().format(record)) is shown
    assert (record.levelname == "ERROR") is shown


@pytest.mark.parametrize("as_json", [True, False])
def test_no_line_of_the_log_holds_a_passphrase(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "kunci-uji-7"
    configure("info", as_json)
    try:
        log = structlog.get_logger()
        log.info("sign", passphrase=secret, body={"totp": secret, "file": [b"%PDF-"]}, nik="1")
        with Passphrase(secret) as typed:
            log.info("sign", signer=typed)
            try:
                raise ValueError(typed)
            except ValueError:
                log.exception("not signed")
    finally:
        structlog.reset_defaults()
    written = capsys.readouterr().err
    assert written.count("sign") >= 3
    assert "ValueError" in written
    assert secret not in written
    assert "%PDF" not in written
