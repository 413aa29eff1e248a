"""Bundles for tests, made from facts without a database."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from eperf.domain.scoring import FRAME_VERSION, UnitPeriod, score, settings_digest
from eperf.domain.scoring.bundle import Head, leaf_lines, lines, pack, score_line
from eperf.domain.scoring.digest import plain
from eperf.domain.scoring.facts import TABLES, written
from eperf.plugins import registry as plugins
from eperf.plugins.registry import Registry

REGISTRY: Registry = plugins.load(strict=True)
KEY = "eperf/norm-minutes"


def texts_of(facts: UnitPeriod) -> dict[str, bytes]:
    """The tables of a month as a bundle holds them."""
    return {table: written(getattr(facts, table)) for table in TABLES}


def bundle_of(facts: UnitPeriod, key: str = KEY, registry: Registry = REGISTRY, **changes: Any) -> bytes:
    """The bundle of a month; `changes` are forged into the head."""
    found = registry.schemes[key]
    settings = found.part.settings()
    scored = score(found.part, settings, facts)
    digests = scored.input_digests
    head = {
        "frame_version": FRAME_VERSION, "working_days": facts.working_days, "unit_id": facts.unit_id, "unit_code": facts.unit_code, "period": str(facts.period), "scheme": key,
        "scheme_version": found.version, "scheme_revision": found.part.version,
        "settings_digest": settings_digest(settings), "input_digest": facts.input_digest, "closed": True,
        "people": facts.employees.height, **changes,
    }  # fmt: skip
    told = [
        score_line(who, score_h, state, cause, digests[who])
        for who, score_h, state, cause in scored.scores.iter_rows()
    ]
    leaves = [
        line for row in told for line in leaf_lines(row["employee_id"], scored.trail(row["employee_id"]))
    ]  # type: ignore[arg-type]
    return pack(Head(**head), texts_of(facts), plain(settings), lines(told), lines(leaves))


def places(data: bytes) -> dict[str, range]:
    """Where each part lies in an archive."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            first = info.header_offset + 30 + len(info.filename)
            found[info.filename] = range(first, first + info.file_size)
    return found
