"""Vectors of `promotion-window`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from eperf.domain.promotion.periods import tmt_for_submission, window

Given = Mapping[str, Any]


def _window(given: Given) -> dict[str, Any]:
    days = window(date.fromisoformat(given["tmt"]))
    return {"opens": days.opens.isoformat(), "closes": days.closes.isoformat()}


def _tmt_for_submission(given: Given) -> dict[str, Any]:
    return {"tmt": tmt_for_submission(date.fromisoformat(given["sent_on"])).isoformat()}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "window": _window,
    "tmt_for_submission": _tmt_for_submission,
}
