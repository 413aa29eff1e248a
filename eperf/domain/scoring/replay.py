"""Computing a bundle's scores again, and naming the first thing that comes out otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from eperf.domain.errors import BadInput, BundleDamaged, BundleUnreadable, ReplayDiffers, ScoringFrameInvalid
from eperf.domain.period import YearMonth
from eperf.domain.scoring import bundle as bundles
from eperf.domain.scoring.bundle import Bundle, canonical, leaf_lines, parsed, score_line
from eperf.domain.scoring.digest import settings_digest
from eperf.domain.scoring.engine import score
from eperf.domain.scoring.facts import read
from eperf.domain.scoring.frame import UnitPeriod
from eperf.domain.scoring.scored import Scored
from eperf.domain.scoring.stage import Scheme
from eperf.domain.scoring.tables import FRAME_VERSION
from eperf.domain.scoring.trail import trail


def facts(opened: Bundle) -> UnitPeriod:
    """The frozen facts, checked as if they came from anybody, and held against the manifest."""
    head = opened.head
    if head.frame_version != FRAME_VERSION:
        raise BundleUnreadable("snapshot", f"facts of shape {head.frame_version}, not {FRAME_VERSION}")
    rows: dict[str, Any] = {table: read(table, text) for table, text in opened.facts.items()}
    try:
        period = YearMonth.parse(head.period)
        month = UnitPeriod(
            unit_id=head.unit_id, unit_code=head.unit_code, period=period, working_days=head.working_days, **rows
        )  # fmt: skip
    except (BadInput, ScoringFrameInvalid) as broken:
        raise BundleUnreadable("snapshot", broken.message("en")) from broken
    if head.people != month.employees.height:
        raise BundleDamaged("manifest", "it is of another number of people than the snapshot")
    if head.input_digest != month.input_digest:
        raise BundleDamaged("snapshot", "its facts are not those of the manifest")
    return month


def replay(opened: Bundle, scheme: Scheme[Any], settings: Any) -> Scored:
    """Scores the facts again and compares every figure and every leaf.

    Raises `REPLAY_DIFFERS` with what and whose the first difference is; `BUNDLE_DAMAGED` for settings that are not
    those of the manifest.
    """
    if settings_digest(settings) != opened.head.settings_digest:
        raise BundleDamaged("settings", "they are not those of the manifest")
    month = facts(opened)
    scored = score(scheme, settings, month)
    _compare("scores", opened.scores, list(_scores(scored)))
    _compare("leaves", opened.leaves, list(_leaves(scored)))
    return scored


def first_broken(opened: Bundle, scheme: Scheme[Any], settings: Any) -> str | None:
    """Of scores or leaves that are not those that were sealed: whose is the first that the facts do not give."""
    scored = score(scheme, settings, facts(opened))
    part = "scores" if opened.broken == "scores" else "leaves"
    computed = list(_scores(scored) if part == "scores" else _leaves(scored))
    text = opened.scores if part == "scores" else opened.leaves
    for line, value in zip_longest(text.splitlines(), computed):
        if line is None or value is None or line.decode(errors="replace") != canonical(value):
            return _whose(value) if value else None
    return None


def digests_only(opened: Bundle) -> UnitPeriod:
    """Where no scheme could be used: the facts, and that nobody has a figure."""
    month = facts(opened)
    rows = [parsed("scores", line) for line in opened.scores.splitlines()]
    if opened.leaves or any(not isinstance(row, dict) or row.get("score_h") is not None for row in rows):
        raise BundleDamaged("scores", "there is a figure, and no scheme that made it")
    return month


def _scores(scored: Scored) -> Iterator[dict[str, object]]:
    digests = scored.input_digests
    for employee_id, score_h, state, cause in scored.scores.iter_rows():
        yield score_line(employee_id, score_h, state, cause, digests[employee_id])


def _leaves(scored: Scored) -> Iterator[dict[str, object]]:
    own = scored.leaves.partition_by("employee_id", as_dict=True)
    for employee_id in scored.scores.get_column("employee_id"):
        if (employee_id,) in own:
            yield from leaf_lines(employee_id, trail(own[employee_id,]))


def _compare(part: str, text: bytes, computed: list[dict[str, object]]) -> None:
    if text == bundles.lines(computed):
        return
    for number, (line, value) in enumerate(zip_longest(text.splitlines(), computed), 1):
        if line is None or value is None or line.decode(errors="replace") != canonical(value):
            _name(part, number, line, value)
    raise BundleDamaged(part, "its lines are not ended as we end them")


def _name(part: str, number: int, line: bytes | None, value: dict[str, object] | None) -> None:
    if line is None:
        raise ReplayDiffers(part, _whose(value or {}), "missing", canonical(value))
    given = parsed(part, line)
    if not isinstance(given, dict):
        raise BundleUnreadable(part, f"line {number} is no object")
    if value is None:
        raise ReplayDiffers(part, _whose(given), canonical(given), "nothing")
    for name in sorted(value.keys() | given.keys()):
        if given.get(name) != value.get(name):
            raise ReplayDiffers(f"{part}.{name}", _whose(value), given.get(name), value.get(name))
    raise BundleDamaged(part, f"line {number} is not written as we write it", number)


def _whose(line: dict[str, object]) -> str:
    leaf = f", leaf {line['leaf']}" if "leaf" in line else ""
    return f"employee {line.get('employee_id')}{leaf}"
