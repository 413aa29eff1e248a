"""The terms on which a report is taken, as SQL: unit and post of the day, item, norm, evidence, time.

Parts of the statement that writes a report (`eperf.store.reporting`); `eperf.domain.catalogue` and
`eperf.domain.deadline` say the same in Python, for the reason of a refusal.

`held` is the reporter, `u` their unit of today, `c` the item. The places: `$1` employee, `$2` day, `$3` item, `$5`
minutes, `$6` quantity, `$7` how many links, `$8` and `$9` the whole minutes from the beginning of the day, and of the
last day of its month, in UTC until now. Files are `file` rows with an id {among} those given.
"""

from __future__ import annotations

from eperf.domain.attendance.calendar import ZONES, zone_offset_min

_AT_THE_TIME = (
    "(SELECT CASE WHEN p.valid_to IS NULL OR p.valid_to > $2 THEN {what} END FROM placement AS p "
    "WHERE p.employee_id = held.id AND p.valid_from <= $2 ORDER BY p.valid_from DESC LIMIT 1)"
)
PLACED = f"COALESCE({_AT_THE_TIME.format(what='p.unit_id')}, held.unit_id)"
"""The reporter's unit on the day."""
POST = f"COALESCE({_AT_THE_TIME.format(what='COALESCE(p.position_id, 0)')}, held.position_id)"
"""The reporter's post on the day; 0 where they had none."""

NEAREST = (
    "(SELECT i.id FROM catalogue_item AS i JOIN unit_tree AS t ON t.ancestor_id = i.unit_id "
    "WHERE i.code = {code} AND t.descendant_id = {unit} "
    "AND i.valid_from <= $2 AND (i.valid_to IS NULL OR i.valid_to > $2) ORDER BY t.depth LIMIT 1)"
)
"""Of the items of one code the one that counts in a unit on the day."""

RULE = (
    "(SELECT {what} FROM deadline_rule AS r JOIN unit_tree AS t ON t.ancestor_id = r.unit_id "
    "WHERE t.descendant_id = {unit} AND r.valid_from <= $2 ORDER BY t.depth, r.valid_from DESC LIMIT 1)"
)
"""Something of the deadlines of a unit on the day."""

_MINUTES, _QUANTITY, _LINKS = "CAST($5 AS bigint)", "CAST($6 AS bigint)", "CAST($7 AS bigint)"
IN_NORM = (
    f"(c.least_min IS NULL OR {_MINUTES} * c.unit_size_h >= c.least_min * {_QUANTITY}) "
    f"AND (c.most_min IS NULL OR {_MINUTES} * c.unit_size_h <= c.most_min * {_QUANTITY})"
)


def for_post(postgres: bool) -> str:
    """That the item is for the reporter's post."""
    words = "'kind:' || post.kind, 'code:' || post.code, 'class:' || post.job_class"
    named = (
        f"c.positions ?| ARRAY[{words}]"
        if postgres
        else f"EXISTS (SELECT 1 FROM json_each(c.positions) AS one WHERE one.value IN ({words}))"  # noqa: S608
    )
    post = f"EXISTS (SELECT 1 FROM position AS post WHERE post.id = {POST} AND {named})"  # noqa: S608
    return f"(c.positions IS NULL OR {post})"


def evident(files: str | None, postgres: bool) -> str:
    """That each kind of evidence which the item needs is there, and no file is too large; `files`: `= ANY($n)`."""
    needed = "jsonb_array_elements_text(c.evidence)" if postgres else "json_each(c.evidence)"
    alias = "needed(value)" if postgres else "needed"
    linked = f"{_LINKS} > 0"
    if files is None:
        lacks = f"(needed.value <> 'link' OR NOT {linked})"
        return f"(c.evidence IS NULL OR NOT EXISTS (SELECT 1 FROM {needed} AS {alias} WHERE {lacks}))"  # noqa: S608
    photo, pdf = "one.media_type LIKE 'image/%'", "one.media_type = 'application/pdf'"
    kind = f"CASE needed.value WHEN 'photo' THEN {photo} ELSE {pdf} END"
    there = f"EXISTS (SELECT 1 FROM file AS one WHERE one.id {files} AND {kind})"  # noqa: S608
    lacks = f"NOT CASE needed.value WHEN 'link' THEN {linked} ELSE {there} END"
    large = f"EXISTS (SELECT 1 FROM file AS one WHERE one.id {files} AND one.size > c.evidence_bytes)"  # noqa: S608
    kinds = f"(c.evidence IS NULL OR NOT EXISTS (SELECT 1 FROM {needed} AS {alias} WHERE {lacks}))"  # noqa: S608
    return f"{kinds} AND (c.evidence_bytes IS NULL OR NOT {large})"


def in_time(unit: str) -> str:
    """That the deadline of a unit for reporting has not come, by its civil time."""
    zones = " ".join(
        f"WHEN '{name}' THEN {zone_offset_min(zone)}"
        for short, zone in ZONES.items()
        for name in (short, zone.key)
    )
    offset = f"CASE (SELECT day.zone FROM unit AS day WHERE day.id = {unit}) {zones} END"  # noqa: S608
    still = (
        f"CASE r.counted_from WHEN 'day' THEN r.report_until_min > CAST($8 AS bigint) + {offset} "
        f"WHEN 'month_end' THEN r.report_until_min > CAST($9 AS bigint) + {offset} ELSE TRUE END"
    )
    return f"COALESCE({RULE.format(what=still, unit=unit)}, TRUE)"
