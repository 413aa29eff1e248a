"""What an activity counts: points for each unit of result, how long it takes by the norm, who may report it, with what.

An item has versions, each in force for its own time: what was reported under an old number of points keeps it. A
version without an end lasts until the next begins.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eperf.domain.errors import (
    BadInput,
    EvidenceMissing,
    EvidenceTooLarge,
    ItemNotForPosition,
    ItemOverlap,
    MinutesOutsideNorm,
)
from eperf.domain.organisation import code, job_class, name, position_kind
from eperf.domain.people import day
from eperf.domain.text import bounded, clean

MOST_UNIT_SIZE_H = 1_000_000_000
MOST_POINTS_H = 10_000_000
MOST_NORM_MIN = 100_000
MOST_POSITIONS = 50
MOST_FILE_BYTES = 1_000_000_000
_CLASSES, _CODES = ("class", "kelas"), ("code", "kode")


class FractionPolicy(StrEnum):
    """Whether a part of a unit counts: in proportion, or only whole units do."""

    PROPORTIONAL = "proportional"
    WHOLE_UNITS = "whole_units"


class EvidenceKind(StrEnum):
    """A kind of evidence: a picture, a PDF, a link to something elsewhere."""

    PHOTO = "photo"
    PDF = "pdf"
    LINK = "link"


_EVIDENCE = {
    **{kind.value: kind for kind in EvidenceKind},
    "foto": EvidenceKind.PHOTO,
    "tautan": EvidenceKind.LINK,
}


@dataclass(frozen=True)
class Post:
    """A post as items look at it: its kind, its code, its job class."""

    kind: str
    code: str
    job_class: int

    @property
    def words(self) -> frozenset[str]:
        """How items name it: `kind:implementer`, `code:office-head`, `class:7`."""
        return frozenset({f"kind:{self.kind}", f"code:{self.code}", f"class:{self.job_class}"})


@dataclass(frozen=True)
class Attached:
    """A file as items look at it."""

    media_type: str
    size: int

    @property
    def kind(self) -> EvidenceKind | None:
        """The kind of evidence that it is."""
        if self.media_type.startswith("image/"):
            return EvidenceKind.PHOTO
        return EvidenceKind.PDF if self.media_type == "application/pdf" else None


@dataclass(frozen=True)
class Item:
    """One version of an item, in force in `[valid_from, valid_to)`; `_h` columns are hundredths.

    `least_min` and `most_min` bound the minutes of one unit; a report of several units may take as many times that.
    `positions` are the words of a `Post` for whom it is, none of them: everybody. `evidence` are the kinds of which a
    report needs one each, `evidence_bytes` how large a file may be.
    """

    code: str
    name: str
    per: str
    unit_size_h: int
    points_per_unit_h: int
    norm_min: int | None
    fraction_policy: FractionPolicy
    valid_from: date
    valid_to: date | None = None
    least_min: int | None = None
    most_min: int | None = None
    positions: tuple[str, ...] = ()
    evidence: tuple[EvidenceKind, ...] = ()
    evidence_bytes: int | None = None


def checked_item(item: Item) -> Item:
    """The item with its text cleaned; refuses by the name of the field what scoring could not use."""
    bounded("unitSize", item.unit_size_h, 1, MOST_UNIT_SIZE_H)
    bounded("pointsPerUnit", item.points_per_unit_h, 0, MOST_POINTS_H)
    for field, minutes in (
        ("normMin", item.norm_min),
        ("leastMin", item.least_min),
        ("mostMin", item.most_min),
    ):
        if minutes is not None:
            bounded(field, minutes, 0, MOST_NORM_MIN)
    if item.least_min is not None and item.most_min is not None and item.most_min < item.least_min:
        raise BadInput("mostMin", item.most_min, f"less than the least of {item.least_min}")
    if item.evidence_bytes is not None:
        bounded("evidenceBytes", item.evidence_bytes, 1, MOST_FILE_BYTES)
    day("validFrom", item.valid_from)
    if item.valid_to is not None and day("validTo", item.valid_to) <= item.valid_from:
        raise BadInput("validTo", item.valid_to.isoformat(), "does not lie after the first day")
    return dataclasses.replace(
        item,
        code=code("code", item.code),
        name=name("name", item.name),
        per=clean("per", item.per, most=64),
        fraction_policy=fraction_policy("fractionPolicy", item.fraction_policy),
        positions=positions("positions", item.positions),
        evidence=evidence_kinds("evidence", item.evidence),
    )


def positions(field: str, words: Sequence[str]) -> tuple[str, ...]:
    """Reads for which posts an item is: a kind of post by its English or Indonesian word, `class:7`, `code:CODE`."""
    if len(words) > MOST_POSITIONS:
        raise BadInput(field, len(words), f"more than {MOST_POSITIONS} posts")
    return tuple(sorted({_position(field, word.strip()) for word in words}))


def _position(field: str, word: str) -> str:
    head, colon, rest = word.partition(":")
    head, rest = head.strip().lower(), rest.strip()
    if colon and head in _CLASSES:
        if not (rest.isascii() and rest.isdigit() and len(rest) <= 2):
            raise BadInput(field, word, "a job class is 1 to 17")
        return f"class:{job_class(field, int(rest))}"
    if colon and head in _CODES:
        return f"code:{code(field, rest)}"
    if colon and head != "kind":
        raise BadInput(field, word, "expected a kind of post, class:7 or code:CODE")
    return f"kind:{position_kind(field, rest if colon else word)}"


def evidence_kinds(field: str, words: Sequence[str]) -> tuple[EvidenceKind, ...]:
    """Reads kinds of evidence: photo (foto), pdf, link (tautan)."""
    found = {_EVIDENCE.get(word.strip().lower()) for word in words}
    if None in found:
        raise BadInput(field, list(words), "expected photo, pdf or link")
    return tuple(kind for kind in EvidenceKind if kind in found)


def require_for(item: Item, post: Post | None) -> None:
    """Refuses with `ITEM_NOT_FOR_POSITION` a reporter whose post the item does not name."""
    if item.positions and not (post and post.words.intersection(item.positions)):
        raise ItemNotForPosition("item", item.code, whom=", ".join(item.positions))


def require_norm(item: Item, minutes: int, quantity_h: int) -> None:
    """Refuses with `MINUTES_OUTSIDE_NORM` what took less or more than the item allows for its quantity.

    In integers: `minutes / (quantity / unit size)` is held against the bounds of one unit.
    """
    took = minutes * item.unit_size_h
    little = item.least_min is not None and took < item.least_min * quantity_h
    much = item.most_min is not None and took > item.most_min * quantity_h
    if little or much:
        quantity = f"{quantity_h // 100}.{quantity_h % 100:02d}"
        least, most = ("-" if one is None else one for one in (item.least_min, item.most_min))
        raise MinutesOutsideNorm("minutes", minutes, quantity=quantity, per=item.per, least=least, most=most)


def require_evidence(item: Item, files: Sequence[Attached], links: int) -> None:
    """Refuses a report without one of the kinds of evidence that the item needs, or with a file that is too large."""
    there = {file.kind for file in files} | ({EvidenceKind.LINK} if links else set())
    for kind in item.evidence:
        if kind not in there:
            raise EvidenceMissing("links" if kind is EvidenceKind.LINK else "evidence", kind=kind.value)
    if item.evidence_bytes is not None:
        for file in files:
            if file.size > item.evidence_bytes:
                raise EvidenceTooLarge("evidence", file.size, most=item.evidence_bytes)


def fraction_policy(field: str, text: str) -> FractionPolicy:
    """Reads a policy, in any case."""
    try:
        return FractionPolicy(text.strip().lower())
    except ValueError as unknown:
        raise BadInput(field, text, "expected proportional or whole_units") from unknown


def versions(existing: Sequence[Item], new: Item) -> list[Item]:
    """An item's versions, in order, after one more; equal to those given when nothing changes.

    A version that begins on the same day is corrected. One without an end, or that ended where its successor began,
    ends where the new one begins; any other overlap is refused with `ItemOverlap`.
    """
    others = [one for one in existing if one.valid_from != new.valid_from]
    following = min((one.valid_from for one in others if one.valid_from > new.valid_from), default=None)
    if following is not None and new.valid_to is not None and new.valid_to > following:
        raise ItemOverlap("validTo", new.valid_to.isoformat(), other=following.isoformat())
    kept = [_ended(one, new.valid_from, following) for one in others]
    return sorted(
        [*kept, dataclasses.replace(new, valid_to=new.valid_to or following)], key=lambda one: one.valid_from
    )


def _ended(one: Item, begins: date, following: date | None) -> Item:
    if one.valid_from > begins or (one.valid_to is not None and one.valid_to <= begins):
        return one
    if one.valid_to in (None, following):
        return dataclasses.replace(one, valid_to=begins)
    raise ItemOverlap("validFrom", begins.isoformat(), other=one.valid_from.isoformat())
