"""Vectors of `nip`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eperf.domain.nip import check_ni_pppk, check_nip
from tests.vectors.reading import Given, read_text


def _validate_nip(given: Given) -> dict[str, Any]:
    report = check_nip(read_text(given, "nip"))
    answer: dict[str, Any] = {
        "valid": report.valid,
        "errors": list(report.errors),
        "warnings": list(report.warnings),
        "digits": report.digits,
    }
    if report.nip:
        nip = report.nip
        answer |= {
            "birth_date": nip.birth_date.isoformat(),
            "cpns_tmt": nip.cpns_tmt.isoformat(),
            "sex": nip.sex,
            "serial": nip.serial,
            "age_at_tmt": nip.age_at_tmt,
        }
    return answer


def _validate_ni_pppk(given: Given) -> dict[str, Any]:
    report = check_ni_pppk(read_text(given, "number"))
    return {"valid": report.valid, "errors": list(report.errors)}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "validate_nip": _validate_nip,
    "validate_ni_pppk": _validate_ni_pppk,
}
