"""Who is where: units, posts, people and catalogue of the demo town, as the rows that an import file would hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from eperf.app.demo.names import name

Row = dict[str, str]

SINCE = date(2020, 1, 1)
CITY, MINISTRY = "KOTA", "KEMENTERIAN"
_AGENCIES = (
    ("Dinas Pendidikan", "DIKNAS"),
    ("Dinas Kesehatan", "DINKES"),
    ("Dinas Kependudukan dan Pencatatan Sipil", "DUKCAPIL"),
    ("Dinas Perhubungan", "DISHUB"),
    ("Dinas Sosial", "DINSOS"),
    ("Dinas Lingkungan Hidup", "DLH"),
    ("Badan Kepegawaian dan Pengembangan SDM", "BKPSDM"),
    ("Badan Perencanaan Pembangunan", "BAPPEDA"),
    ("Badan Pendapatan", "BAPENDA"),
    ("Satuan Polisi Pamong Praja", "SATPOLPP"),
)
_DIRECTORATES = (
    ("Direktorat Perlindungan Sosial", "LINJAMSOS"),
    ("Direktorat Rehabilitasi Sosial", "REHSOS"),
)
_SECTION_SIZE = 12
# Kepwal Surakarta 786/154/2020, an excerpt: code, activity, counted per, unit size, points.
_CATALOGUE = (
    ("3", "Konsultasi", "jam", "1", "60"),
    ("4", "Koordinasi dalam daerah", "kegiatan", "1", "60"),
    ("16", "Penyuluhan", "jam", "1", "72"),
    ("32", "Memasukkan data", "dokumen", "1", "35"),
    ("41", "Membuat laporan", "laporan", "1", "64"),
    ("52", "Memantau", "kegiatan", "1", "70"),
    ("65", "Memvalidasi", "berkas", "10", "63"),
    ("66", "Memverifikasi", "berkas", "10", "60"),
    ("92", "Menelaah dokumen", "dokumen", "1", "105"),
    ("94", "Mengarsip", "berkas", "1", "42"),
    ("111", "Rapat dalam daerah", "kegiatan", "1", "75"),
    ("123", "Menyusun konsep surat", "surat", "1", "65"),
)


_KINDS = {7: "implementer", 9: "supervisor", 14: "leader_first", 15: "leader_first", 16: "leader_middle"}


@dataclass
class Plan:
    """The rows of three import files, and who plays which role."""

    units: list[Row] = field(default_factory=list)
    employees: list[Row] = field(default_factory=list)
    catalogue: list[Row] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)
    """NIP of the head by unit code."""


def plan(size: int, random: Random) -> Plan:
    """A town of `size` employees: about one in seven in the ministry, the others in the city."""
    town = Plan()
    _unit(town, CITY, "Pemerintah Kota (peraga)", "city", "")
    _unit(town, MINISTRY, "Kementerian Sosial (peraga)", "ministry", "")
    _unit(town, "DITJEN", "Direktorat Jenderal (peraga)", "directorate_general", MINISTRY)
    writer = _Writer(town, random)
    in_ministry = max(12, size // 7)
    mayor = writer.head(CITY, "Sekretaris Daerah", 15, "IV/d", "")
    general = writer.head("DITJEN", "Direktur Jenderal", 16, "IV/e", "")
    _branch(writer, _AGENCIES, "agency", CITY, mayor, size - in_ministry - 1)
    _branch(writer, _DIRECTORATES, "directorate", "DITJEN", general, in_ministry - 1)
    for root in (CITY, MINISTRY):
        town.catalogue += [_item(root, *one) for one in _CATALOGUE]
    return town


def _item(root: str, code: str, label: str, per: str, unit: str, points: str) -> Row:
    # One point is one effective minute, and a norm is at most an hour.
    return {
        "unit_code": root,
        "code": code,
        "name": label,
        "per": per,
        "unit_size": unit,
        "points_per_unit": points,
        "norm_min": str(min(60, int(points))),
        "fraction_policy": "proportional",
        "valid_from": SINCE.isoformat(),
        "valid_to": "",
    }


def _branch(
    writer: _Writer, offices: tuple[tuple[str, str], ...], kind: str, root: str, chief: str, size: int
) -> None:
    shares = [size // len(offices) + (n < size % len(offices)) for n in range(len(offices))]
    for (label, code), share in zip(offices, shares, strict=True):
        if not share:
            continue
        _unit(writer.town, code, label, kind, root)
        head = writer.head(code, f"Kepala {label}"[:100], 14, "IV/b", chief)
        left, number = share - 1, 0
        while left > 0:
            number += 1
            section = f"{code}-{number}"
            _unit(writer.town, section, f"Seksi {number} {label}", "section", code)
            boss = writer.head(section, f"Kepala Seksi {number}", 9, "III/d", head)
            for _ in range(min(_SECTION_SIZE, left) - 1):
                writer.staff(section, boss)
            left -= _SECTION_SIZE


def _unit(town: Plan, code: str, label: str, kind: str, parent: str) -> None:
    town.units.append(
        {"code": code, "name": label, "kind": kind, "parent_code": parent, "zone": "Asia/Jakarta"}
    )


class _Writer:
    """Writes employees with numbers that no two share."""

    def __init__(self, town: Plan, random: Random) -> None:
        self.town = town
        self._random = random
        self._taken: set[str] = set()

    def head(self, unit: str, title: str, job_class: int, rank: str, supervisor: str) -> str:
        """The head of a unit; gives the NIP."""
        self.town.heads[unit] = self._employee(unit, f"{unit}-KEPALA", title, job_class, rank, supervisor)
        return self.town.heads[unit]

    def staff(self, unit: str, supervisor: str) -> str:
        """One of the staff; gives the NIP."""
        rank = self._random.choice(("II/c", "II/d", "III/a", "III/a", "III/b", "III/c"))
        return self._employee(unit, f"{unit}-STAF", "Pelaksana", 7, rank, supervisor)

    def _employee(self, unit: str, post: str, title: str, job_class: int, rank: str, supervisor: str) -> str:
        born, since, sex, nip = self._nip()
        self.town.employees.append(
            {
                "nip": nip, "kind": "PNS", "name": name(self._random), "birth_date": born.isoformat(), "sex": sex,
                "rank": rank, "rank_since": f"{since.year + 4}-04-01", "unit_code": unit, "position_code": post,
                "position_title": title, "job_class": str(job_class),
                "position_kind": _KINDS[job_class],
                "supervisor_nip": supervisor, "valid_from": SINCE.isoformat(),
            }
        )  # fmt: skip
        return nip

    def _nip(self) -> tuple[date, date, str, str]:
        while True:
            born = date(
                self._random.randint(1970, 1995), self._random.randint(1, 12), self._random.randint(1, 28)
            )
            since = date(born.year + self._random.randint(22, 24), self._random.choice((1, 2, 3, 4, 12)), 1)
            sex = self._random.choice(("male", "female"))
            serial = self._random.randint(1, 999)
            nip = f"{born:%Y%m%d}{since:%Y%m}{1 if sex == 'male' else 2}{serial:03d}"
            if nip not in self._taken:
                self._taken.add(nip)
                return born, since, sex, nip
