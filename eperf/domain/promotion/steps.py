"""The words of a decision on a promotion: one template per rule in Indonesian and in English.

Every rule that was asked says what it saw, whether it was met or not; figures are facts of the step, so that a
screen may show them its own way.
"""

from __future__ import annotations

from eperf.domain.attendance.day import Step

TEXTS: dict[str, tuple[str, str]] = {
    "no_path": (
        "PPPK tidak mengenal kenaikan pangkat.",
        "Employees by contract (PPPK) have no promotion in rank.",
    ),
    "B1": (
        (
            "Dalam pangkat {in_rank} dari {rank_needed} bulan, jabatan {in_post} dari {post_needed}, "
            "jenjang {in_level} dari {level_needed}; sejak {opens}."
        ),
        (
            "In rank {in_rank} of {rank_needed} months, in post {in_post} of {post_needed}, "
            "in level {in_level} of {level_needed}; full from {opens} on."
        ),
    ),
    "B2": (
        "Pangkat baru {next}, pangkat tertinggi {ceiling} ({bound} {of}).",
        "New rank {next}, highest rank {ceiling} ({bound} {of}).",
    ),
    "B3": (
        "Predikat kinerja terakhir {seen}; syarat {count} tahun paling rendah {least}.",
        "Latest appraisals {seen}; {count} years of at least {least} needed.",
    ),
    "B4": (
        "Hukuman disiplin yang menghalangi: {levels} ({spans}); dalam pemeriksaan: {examined}.",
        "Penalties that block: {levels} ({spans}); under examination: {examined}.",
    ),
    "B5": ("Diberhentikan sementara: {suspended}.", "Suspended: {suspended}."),
    "B6": (
        "Ujian dinas tingkat {needed} untuk {step}; lulus tingkat {passed}, diganti tingkat {replaced}.",
        "Service examination of level {needed} for {step}; passed level {passed}, replaced up to level {replaced}.",
    ),
    "B7": (
        "Untuk jabatan {wanted}, pangkat terhadap jabatan {standing}; jabatan {held}, pangkat {rank}, sejak {since}.",
        "For a post of kind {wanted}, rank to post {standing}; post held {held}, rank {rank}, since {since}.",
    ),
    "B8": (
        "Angka kredit {credit} dari {needed}; jenjang berikutnya {level}, uji kompetensi {test}, lowongan {vacancy}.",
        "Credit points {credit} of {needed}; next level {level}, competency test {test}, vacancy {vacancy}.",
    ),
    "B9": ("Usulan lain masih berjalan: {other}.", "Another proposal is active: {other}."),
    "B10": (
        "Pangkat baru {next}, pangkat atasan langsung {superior}.",
        "New rank {next}, rank of the direct superior {superior}.",
    ),
    "B11": ("Data yang berbeda: {fields}.", "Data that differ: {fields}."),
    "B12": ("Cuti di luar tanggungan negara sampai {until}.", "Leave without pay until {until}."),
    "credit_complete": (
        "Dari {needed} angka kredit sudah ada {opening}; lengkap sesudah {months} bulan, berlaku {complete}.",
        "Of {needed} credit points {opening} are there; complete after {months} months, counting from {complete}.",
    ),
    "rank_floor": (
        "Paling singkat {needed} bulan dalam pangkat: {floor}.",
        "At least {needed} months in rank: {floor}.",
    ),
    "first_period": (
        "Periode pertama sejak {ready} ialah {tmt}.",
        "The first period from {ready} on is {tmt}.",
    ),
    "service_time": (
        "Masa kerja golongan {years} tahun dikurangi {off} tahun: {new_years} tahun.",
        "Service time in grade of {years} years less {off} years: {new_years} years.",
    ),
    "salary": (
        "Gaji pokok {before} Rp {old_rp} menjadi {after} Rp {new_rp}.",
        "Basic salary of {before} Rp {old_rp} becomes {after} Rp {new_rp}.",
    ),
}
"""Rule -> (Indonesian, English)."""


WORDS = {
    "yes": "ya",
    "no": "tidak",
    "education": "pendidikan",
    "level": "jenjang",
    "echelon": "eselon",
    "highest": "pangkat puncak",
    "light": "ringan",
    "medium": "sedang",
    "heavy": "berat",
    "none": "tanpa jabatan",
    "functional": "fungsional",
    "structural": "struktural",
    "any": "bebas",
    "one_below": "satu di bawah yang terendah",
    "at_or_above": "sama dengan atau di atas yang terendah",
}
"""Words among the facts that the Indonesian sentence says in Indonesian; facts keep the English code."""


def step(rule: str, legal_basis: str, **facts: str) -> Step:
    """A rule applied, with what it saw."""
    text_id, text_en = TEXTS[rule]
    said = {name: _in_indonesian(fact) for name, fact in facts.items()}
    return Step(rule, legal_basis, text_id.format_map(said), text_en.format_map(facts), facts)


def _in_indonesian(fact: str) -> str:
    return ", ".join(WORDS.get(piece, piece) for piece in fact.split(", "))


def yes_no(value: bool) -> str:
    """A truth as a fact."""
    return "yes" if value else "no"


NOTHING = "-"
"""What is unknown or not there, as a fact."""
