"""The town that is measured: a pure function of its size, loaded straight into eperf's own tables.

25 units in a tree of three levels, of which 20 are leaves with all employees spread evenly over them; for each employee
60 activities and three monthly scores; a catalogue of 40 items; a leader of the whole town and some who report, each
with an account and a token. Texts hold quotes, line breaks and letters beyond ASCII, as people's do.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

SEED = 20_250_401
LAYOUT = 1
"""Grows when the rows below change, so that a kept town of another shape is not used."""

LEAVES = 20
MONTHS = ("2025-01", "2025-02", "2025-03")
PERIOD = MONTHS[-1]
ITEMS = 40
_FIRST_DAY = date(2025, 1, 1)
_SINCE = date(2020, 1, 1)
_ALWAYS = datetime(2099, 1, 1, tzinfo=UTC)
_MADE = datetime(2025, 1, 1, tzinfo=UTC)

_NAMES = "Adi Agus Ayu Bagus Budi Citra Dewi Dian Eko Fajar Fitri Galih Gita Hadi Indah Joko Kartika Lestari".split()
_NAMES += "Made Ni'mah Nur Nyoman Putra Putri Rahmat Ratna Rini Sari Siti Slamet Sri Sutrisno Tri Utami Wahyu".split()
_NAMES += "Wayan Wibowo Yanti Yoga Yuliana".split()
_DEGREES = ("", "", "", ", S.H.", ", S.E., M.M.", ", S.Kom.", ", A.Md.", ", M.Si.")
_RANKS = ("II/a", "II/b", "II/c", "II/d", "III/a", "III/b", "III/c", "III/d", "IV/a", "IV/b")
_RESULTS = (
    "Laporan selesai dan diserahkan kepada atasan langsung",
    'Berkas diperiksa, dua dikembalikan untuk "dilengkapi"',
    "Rapat koordinasi dengan kelurahan; notula terlampir",
    "Surat keluar nomor 800/123\nditandatangani dan dikirim",
    "Data warga dimutakhirkan — tanpa keluhan",
)
_PER = ("laporan", "berkas", "jam", "surat", "kegiatan")
_STATES = ("verified", "verified", "verified", "verified", "submitted", "returned")


@dataclass(frozen=True)
class Size:
    """How large the town is. The goals hold for the default."""

    employees: int = 20_000
    activities: int = 60
    submitters: int = 32

    @property
    def label(self) -> str:
        """Names a kept town of this size and shape."""
        return f"{self.employees}x{self.activities}-{self.submitters}-v{LAYOUT}"


@dataclass(frozen=True)
class Filled:
    """Rows of one table: its name, its columns, and the rows made when they are asked for."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[tuple[Any, ...]]]


def reader_token() -> str:
    """The token of the leader of the whole town."""
    return _token("reader", 0)


def submitter_token(number: int) -> str:
    """The token of one who reports, 0 to `Size.submitters` - 1."""
    return _token("submitter", number)


def submitter(number: int) -> int:
    """The employee who reports."""
    return LEAVES * 2 + 1 + number


def leaf_unit(number: int) -> int:
    """The id of a leaf, 0 to `LEAVES` - 1."""
    return 6 + number


def tables(size: Size) -> list[Filled]:
    """Every table in the order in which they refer to each other."""
    return [
        Filled("unit", ("id", "code", "name", "kind", "parent_id", "zone"), _units),
        Filled("unit_tree", ("id", "ancestor_id", "descendant_id", "depth"), _tree),
        Filled("position", ("id", "code", "title", "unit_id", "job_class", "kind"), _positions),
        Filled("employee", _EMPLOYEE, lambda: _employees(size)),
        Filled("placement", _PLACEMENT, lambda: _placements(size)),
        Filled("catalogue_item", _ITEM, _items),
        Filled("activity", _ACTIVITY, lambda: _activities(size)),
        Filled("score", _SCORE, lambda: _scores(size)),
        Filled("account", ("id", "kind", "name", "employee_id", "active"), lambda: _accounts(size)),
        Filled("role_grant", ("id", "account_id", "role", "unit_id", "valid_from"), _grants),
        Filled("token", _TOKEN, lambda: _tokens(size)),
    ]


def _units() -> Iterator[tuple[Any, ...]]:
    yield 1, "KOTA", "Kota Contoh", "city", None, "Asia/Jakarta"
    for agency in range(4):
        yield 2 + agency, f"DIN-{agency + 1}", f"Dinas {agency + 1}", "agency", 1, "Asia/Jakarta"
    for leaf in range(LEAVES):
        parent = 2 + leaf % 4
        yield leaf_unit(leaf), f"SEK-{leaf + 1:02}", f"Seksi {leaf + 1}", "section", parent, "Asia/Jakarta"


def _tree() -> Iterator[tuple[Any, ...]]:
    parents = {row[0]: row[4] for row in _units()}
    number = 0
    for unit in parents:
        above, depth = unit, 0
        while above is not None:
            number += 1
            yield number, above, unit, depth
            above, depth = parents[above], depth + 1


def _positions() -> Iterator[tuple[Any, ...]]:
    for leaf in range(LEAVES):
        yield leaf + 1, f"PEL-{leaf + 1:02}", "Pelaksana", leaf_unit(leaf), 7, "implementer"


_EMPLOYEE = (
    "id", "nip", "kind", "name", "birth_date", "sex", "rank", "rank_since", "unit_id", "position_id",
    "supervisor_id", "active",
)  # fmt: skip


def _employees(size: Size) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(SEED)
    for number in range(1, size.employees + 1):
        leaf = (number - 1) % LEAVES
        born = date(1965, 1, 1) + timedelta(days=number % 9000)
        sex = number % 2
        nip = f"{born:%Y%m%d}{born.year + 24}{number // 9000 % 12 + 1:02}{sex + 1}{number % 999 + 1:03}"
        name = " ".join(chance.sample(_NAMES, 3)) + chance.choice(_DEGREES)
        head = leaf + 1 if number > LEAVES else None
        rank = chance.choice(_RANKS) if chance.random() > 0.03 else None
        yield (
            number, nip, chance.choice(("PNS", "PNS", "CPNS", "PPPK")), name, born, ("male", "female")[sex],
            rank, _SINCE, leaf_unit(leaf), leaf + 1, head, number <= LEAVES * 4 or chance.random() > 0.02,
        )  # fmt: skip


_PLACEMENT = ("id", "employee_id", "unit_id", "position_id", "supervisor_id", "valid_from")


def _placements(size: Size) -> Iterator[tuple[Any, ...]]:
    for row in _employees(size):
        yield row[0], row[0], row[8], row[9], row[10], _SINCE


_ITEM = (
    "id", "unit_id", "code", "name", "per", "unit_size_h", "points_per_unit_h", "norm_min", "fraction_policy",
    "valid_from",
)  # fmt: skip


def _items() -> Iterator[tuple[Any, ...]]:
    for number in range(1, ITEMS + 1):
        per = _PER[number % len(_PER)]
        name = f"Menyusun {per} pelayanan butir {number}"
        yield number, 1, f"B-{number:03}", name, per, 100, 50 * number, 30 + number, "proportional", _SINCE


_ACTIVITY = (
    "id", "employee_id", "unit_id", "item_id", "date", "minutes", "quantity_h", "result", "state", "submitted_at",
    "decided_at", "decided_by_id", "version",
)  # fmt: skip


def _activities(size: Size) -> Iterator[tuple[Any, ...]]:
    """Round by round over all employees, as they come in: one employee's lie far apart on the disk."""
    chance = random.Random(SEED + 1)
    number = 0
    for turn in range(size.activities):
        day = _FIRST_DAY + timedelta(days=turn * 89 // size.activities)
        for employee in range(1, size.employees + 1):
            number += 1
            leaf = (employee - 1) % LEAVES
            draw = chance.getrandbits(30)
            state = _STATES[draw % 6]
            sent = datetime(day.year, day.month, day.day, 8, tzinfo=UTC) + timedelta(microseconds=draw)
            decided = state != "submitted"
            yield (
                number, employee, leaf_unit(leaf), 1 + draw % ITEMS, day, 15 + draw % 400, 50 + draw % 2000,
                _RESULTS[draw % 5], state, sent, sent + timedelta(hours=5) if decided else None,
                leaf + 1 if decided and employee > LEAVES else None, 2 if decided else 1,
            )  # fmt: skip


_SCORE = (
    "id", "employee_id", "unit_id", "period", "score_h", "state", "cause", "scheme", "scheme_version",
    "settings_digest", "input_digest", "breakdown", "computed_at",
)  # fmt: skip


def _scores(size: Size) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(SEED + 2)
    number = 0
    for turn, period in enumerate(MONTHS):
        for employee in range(1, size.employees + 1):
            number += 1
            draw = chance.getrandbits(30)
            final = draw % 20 != 0
            made = datetime(2025, 2 + turn, 3, tzinfo=UTC) + timedelta(microseconds=draw % 1000 and draw)
            yield (
                number, employee, leaf_unit((employee - 1) % LEAVES), period, draw % 12_000 if final else None,
                "final" if final else "provisional", None if final else "attendance is not closed",
                "eperf/norm-minutes", "0.1.0", "sha256:0", f"sha256:{draw:x}", _breakdown(draw), made,
            )  # fmt: skip


def _breakdown(draw: int) -> str:
    amount = f"{draw % 12_000 // 100}.{draw % 100:02}"
    label = {"id": "Menit norma", "en": "Norm minutes"}
    leaf = {"stage": "work", "rule": "norm-minutes", "label": label, "amount": amount, "legal_basis": ""}
    return json.dumps([{**leaf, "evidence": [], "facts": {"minutes": draw % 9000}}])


def _accounts(size: Size) -> Iterator[tuple[Any, ...]]:
    yield 1, "person", "Leader", 1, True
    for number in range(size.submitters):
        yield 2 + number, "person", f"Reporter {number}", submitter(number), True


def _grants() -> Iterator[tuple[Any, ...]]:
    yield 1, 1, "unit_leader", 1, _SINCE


_TOKEN = ("id", "account_id", "name", "digest", "roles", "created_at", "expires_at")


def _tokens(size: Size) -> Iterator[tuple[Any, ...]]:
    for number in range(size.submitters + 1):
        text = reader_token() if number == 0 else submitter_token(number - 1)
        digest = hashlib.sha256(text.encode()).hexdigest()
        yield 1 + number, 1 + number, "bench", digest, None, _MADE, _ALWAYS


def _token(kind: str, number: int) -> str:
    """A token of the right shape that anyone can guess: it opens nothing but this town."""
    return "eperf_" + hashlib.sha256(f"{kind}:{number}".encode()).hexdigest()[:43]
