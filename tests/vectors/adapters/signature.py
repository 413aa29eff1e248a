"""Vectors of `signature`. The container of `pkcs12_load` is a real one; the log of `gateway_error` is a real logger's."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from eperf.adapters.pkcs12 import load, self_made
from eperf.domain.signing import gateway, page
from eperf.domain.signing.attempt import Attempt, Outcome, next_action, signature_row
from eperf.domain.signing.passphrase import Passphrase, redacted
from eperf.domain.signing.verdict import LocalCheck, certified_label, verify_reply
from tests.vectors.reading import Given, read_flag, read_mapping, read_text, read_whole, read_whole_or_none

SECRET = "kunci-uji-7"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
DOCUMENT = "0" * 64


def _local_verdict(given: Given) -> dict[str, Any]:
    names = ("bottom_line", "intact", "coverage", "modification", "root_is_configured")
    return {"show_valid": LocalCheck(**{name: given.get(name) for name in names}).show_valid}


def _pkcs12_load(given: Given) -> dict[str, Any]:
    typed = SECRET if read_flag(given, "passphrase_correct") else SECRET + "?"
    signer, raised = None, False
    with Passphrase(SECRET) as passphrase:
        container = self_made("Penanda tangan uji", passphrase, NOW)
    with Passphrase(typed) as passphrase:
        try:
            signer = load(container, passphrase)
        except Exception:
            raised = True
    row = signature_row(DOCUMENT, signer and signer.name, NOW, certified_label(False))
    return {
        "signer_loaded": signer is not None,
        "exception": raised,
        "signature_row_created": row is not None,
    }


def _gateway_error(given: Given) -> dict[str, Any]:
    error = gateway.gateway_error(read_whole(given, "http_status"), read_whole_or_none(given, "code"))
    with Passphrase(SECRET) as passphrase:
        request = {"nik": "0000000000000000", "passphrase": passphrase, "file": [b"%PDF-"]}
        written = _logged(error, redacted(request), passphrase)
    return {
        "reason": error.reason,
        "passphrase_in_log": SECRET in written,
        "document_signed": error.document_signed,
    }


def _logged(*facts: object) -> str:
    """What a logger writes of facts, by name and by format."""
    stream = io.StringIO()
    log = logging.getLogger("vectors.signature")
    handler = logging.StreamHandler(stream)
    log.addHandler(handler)
    for fact in facts:
        log.error("%s %r %s", fact, fact, f"{fact}")
    log.removeHandler(handler)
    return stream.getvalue()


def _user_state(given: Given) -> dict[str, Any]:
    ready = gateway.readiness(read_text(given, "state", ""))
    return {"signing_enabled": ready.signing_enabled, "ask_passphrase": ready.ask_passphrase}


def _v1_status_code(given: Given) -> dict[str, Any]:
    return {"state": gateway.v1_state(read_whole(given, "status_code"))}


def _verify_reply(given: Given) -> dict[str, Any]:
    return {"verdict": verify_reply(read_mapping(given, "reply"))}


def _v1_download(given: Given) -> dict[str, Any]:
    answer = gateway.v1_download(read_whole(given, "attempt"))
    return {"http_status": answer.http_status, "use": answer.use}


def _qr_page_field(given: Given) -> dict[str, Any]:
    field = read_text(given, "field")
    return {"shown": field in page.page({field: "x"})}


def _qr_token(given: Given) -> dict[str, Any]:
    random, bits = read_flag(given, "random"), read_whole(given, "bits", 0)
    return {"acceptable": page.token_acceptable(random=random, bits=bits)}


def _certified_label(given: Given) -> dict[str, Any]:
    return {"label": certified_label(read_flag(given, "issuer_is_indonesian_psre"))}


def _sign_retry(given: Given) -> dict[str, Any]:
    unknown = read_flag(given, "previous_attempt_unknown")
    outcome = Outcome.UNKNOWN if unknown else Outcome.NOT_SIGNED
    return {"action": next_action(DOCUMENT, Attempt("one", DOCUMENT, outcome))}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "local_verdict": _local_verdict,
    "pkcs12_load": _pkcs12_load,
    "gateway_error": _gateway_error,
    "user_state": _user_state,
    "v1_status_code": _v1_status_code,
    "verify_reply": _verify_reply,
    "v1_download": _v1_download,
    "qr_page_field": _qr_page_field,
    "qr_token": _qr_token,
    "certified_label": _certified_label,
    "sign_retry": _sign_retry,
}
