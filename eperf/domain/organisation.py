"""The organisation's vocabulary, and what must hold of its tree.

Kinds of unit differ from one law on organisation to the next, so they are words with an Indonesian term, not rules: the
tree does not care which kind stands below which. Depth is bounded because every pair of the closure is a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from eperf.domain.attendance.calendar import zone_named
from eperf.domain.errors import BadInput, TooMany, UnitCycle
from eperf.domain.text import bounded, clean

MOST_DEPTH = 30
"""Levels of a unit tree, the root included."""
JOB_CLASSES = (1, 17)
_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,62}[A-Za-z0-9])?")
_ROOM = 64

K = TypeVar("K")


class UnitKind(StrEnum):
    """What a unit is. `term` is the Indonesian word."""

    MINISTRY = "ministry"
    SECRETARIAT_GENERAL = "secretariat_general"
    DIRECTORATE_GENERAL = "directorate_general"
    INSPECTORATE_GENERAL = "inspectorate_general"
    INSPECTORATE = "inspectorate"
    BODY = "body"
    CENTRE = "centre"
    BUREAU = "bureau"
    DIRECTORATE = "directorate"
    SUBDIRECTORATE = "subdirectorate"
    PROVINCE = "province"
    CITY = "city"
    REGENCY = "regency"
    SECRETARIAT = "secretariat"
    AGENCY = "agency"
    OFFICE = "office"
    TECHNICAL_UNIT = "technical_unit"
    HOSPITAL = "hospital"
    HEALTH_CENTRE = "health_centre"
    SCHOOL = "school"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    DIVISION = "division"
    DEPARTMENT = "department"
    SECTION = "section"
    SUBSECTION = "subsection"
    TEAM = "team"
    OTHER = "other"

    @property
    def term(self) -> str:
        """The Indonesian term."""
        return _UNIT_TERMS[self]


_UNIT_TERMS = {
    UnitKind.MINISTRY: "kementerian",
    UnitKind.SECRETARIAT_GENERAL: "sekretariat jenderal",
    UnitKind.DIRECTORATE_GENERAL: "direktorat jenderal",
    UnitKind.INSPECTORATE_GENERAL: "inspektorat jenderal",
    UnitKind.INSPECTORATE: "inspektorat",
    UnitKind.BODY: "badan",
    UnitKind.CENTRE: "pusat",
    UnitKind.BUREAU: "biro",
    UnitKind.DIRECTORATE: "direktorat",
    UnitKind.SUBDIRECTORATE: "subdirektorat",
    UnitKind.PROVINCE: "provinsi",
    UnitKind.CITY: "kota",
    UnitKind.REGENCY: "kabupaten",
    UnitKind.SECRETARIAT: "sekretariat",
    UnitKind.AGENCY: "dinas",
    UnitKind.OFFICE: "kantor",
    UnitKind.TECHNICAL_UNIT: "unit pelaksana teknis",
    UnitKind.HOSPITAL: "rumah sakit",
    UnitKind.HEALTH_CENTRE: "puskesmas",
    UnitKind.SCHOOL: "sekolah",
    UnitKind.DISTRICT: "kecamatan",
    UnitKind.SUBDISTRICT: "kelurahan",
    UnitKind.DIVISION: "bidang",
    UnitKind.DEPARTMENT: "bagian",
    UnitKind.SECTION: "seksi",
    UnitKind.SUBSECTION: "subbagian",
    UnitKind.TEAM: "tim kerja",
    UnitKind.OTHER: "lainnya",
}


class PositionKind(StrEnum):
    """What a post (jabatan) is, by UU 20/2023: managerial ones, functional ones, and implementers. `term` as above."""

    LEADER_MAIN = "leader_main"
    LEADER_MIDDLE = "leader_middle"
    LEADER_FIRST = "leader_first"
    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    FUNCTIONAL = "functional"
    IMPLEMENTER = "implementer"

    @property
    def term(self) -> str:
        """The Indonesian term."""
        return _POSITION_TERMS[self]


_POSITION_TERMS = {
    PositionKind.LEADER_MAIN: "jpt utama",
    PositionKind.LEADER_MIDDLE: "jpt madya",
    PositionKind.LEADER_FIRST: "jpt pratama",
    PositionKind.ADMINISTRATOR: "administrator",
    PositionKind.SUPERVISOR: "pengawas",
    PositionKind.FUNCTIONAL: "fungsional",
    PositionKind.IMPLEMENTER: "pelaksana",
}

_UNIT_KINDS = {word: kind for kind in UnitKind for word in (kind.value, kind.term)}
_POSITION_KINDS = {word: kind for kind in PositionKind for word in (kind.value, kind.term)}


@dataclass(frozen=True)
class Unit:
    """What a person enters of a unit, apart from its parent. `zone` is an IANA name."""

    code: str
    name: str
    kind: UnitKind
    zone: str


@dataclass(frozen=True)
class Position:
    """What a person enters of a post, apart from its unit. `job_class` is 1 to 17."""

    code: str
    title: str
    job_class: int
    kind: PositionKind


def unit_kind(field: str, text: str) -> UnitKind:
    """Reads a kind by its English word or its Indonesian term, in any case."""
    kind = _UNIT_KINDS.get(_word(text))
    if kind is None:
        raise BadInput(field, text, f"a kind of unit is one of {', '.join(UnitKind)}")
    return kind


def position_kind(field: str, text: str) -> PositionKind:
    """Reads a kind of post by its English word or its Indonesian term, in any case."""
    kind = _POSITION_KINDS.get(_word(text))
    if kind is None:
        raise BadInput(field, text, f"a kind of post is one of {', '.join(PositionKind)}")
    return kind


def code(field: str, text: str) -> str:
    """A code of a unit, post or catalogue item: letters, digits and . _ / - inside, at most 64."""
    tidy = text.strip()
    if not _CODE.fullmatch(tidy):
        raise BadInput(field, text, "1 to 64 letters and digits, with . _ / - between them")
    return tidy


def name(field: str, text: str) -> str:
    """A name or title of at most 200 characters."""
    return clean(field, text, most=200)


def zone(field: str, text: str) -> str:
    """The IANA name of WIB, WITA or WIT, or of a zone given by that name."""
    try:
        return str(zone_named(text.strip()))
    except BadInput as unknown:
        raise BadInput(field, text, "a zone is WIB, WITA or WIT") from unknown


def job_class(field: str, number: int) -> int:
    """A job class (kelas jabatan), 1 to 17."""
    return bounded(field, number, *JOB_CLASSES)


def checked_unit(unit: Unit) -> Unit:
    """The unit with its text cleaned; refuses by the name of the field."""
    return Unit(
        code("code", unit.code), name("name", unit.name), UnitKind(unit.kind), zone("zone", unit.zone)
    )


def checked_position(position: Position) -> Position:
    """The post with its text cleaned; refuses by the name of the field."""
    return Position(
        code("code", position.code), name("title", position.title), job_class("jobClass", position.job_class),
        PositionKind(position.kind),
    )  # fmt: skip


def chain(parents: Mapping[K, K | None], start: K | None) -> Iterator[K]:
    """A node and those above it, nearest first. The tree must be one: a ring would be walked for ever."""
    while start is not None:
        yield start
        start = parents.get(start)


def require_place(parents: Mapping[K, K | None], node: K, parent: K | None, height: int = 0) -> None:
    """Refuses a parent that stands below the node (`UnitCycle`), or under which the tree would grow too deep.

    `height` is the number of levels below the node. `parents` is a tree, as it is before the move.
    """
    depth = 1
    for above in chain(parents, parent):
        if above == node:
            raise UnitCycle(node)
        depth += 1
    if depth + height > MOST_DEPTH:
        raise TooMany("unit levels", MOST_DEPTH, depth + height)


def _word(text: str) -> str:
    return " ".join(text[:_ROOM].lower().split())
