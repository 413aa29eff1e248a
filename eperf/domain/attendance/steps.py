"""The words of a classification: one template per rule in Indonesian and in English.

Whoever reads a day sees the rules in the order in which they were applied, each with what it saw. Figures are
facts of the step, never only words, so that a screen may show them its own way.
"""

from __future__ import annotations

from eperf.domain.attendance.day import Step

TEXTS: dict[str, tuple[str, str]] = {
    "duty": (
        "Hari ini tugas kedinasan ({code}); jam kantor tidak berlaku.",
        "The day is covered by a duty order ({code}); office hours do not apply.",
    ),
    "holiday": (
        "Hari libur ({name}); tidak ada kewajiban jam kerja.",
        "A holiday ({name}); no working hours are owed.",
    ),
    "off": (
        "Bukan hari kerja; tidak ada kewajiban jam kerja.",
        "Not a working day; no working hours are owed.",
    ),
    "no_shift": (
        "Tidak ada jadwal dinas pada hari ini; tidak ada kewajiban jam kerja.",
        "The roster has no shift on this day; no working hours are owed.",
    ),
    "free_shift": (
        "Jadwal dinas: {shift}, hari bebas; tidak ada kewajiban jam kerja.",
        "The roster says {shift}, a free day; no working hours are owed.",
    ),
    "shift": (
        "Jadwal dinas: {shift}, mulai {from_date} {start}, sampai {to_date} {end}.",
        "The roster says {shift}, from {from_date} {start} to {to_date} {end}.",
    ),
    "start_day": (
        "{taps} rekaman pada tanggal lain dihitung untuk hari mulainya dinas.",
        "{taps} taps of another date count for the day on which the shift started.",
    ),
    # Which leave is a fact of the step, not of its text: who may see days may not see everybody's health.
    "leave": ("Hari ini cuti yang disetujui.", "The day is covered by an approved leave."),
    "schedule": (
        "Jam kerja {start}-{end}, istirahat {break_min} menit.",
        "Working hours {start}-{end}, break {break_min} minutes.",
    ),
    "window": (
        "{refused} rekaman di luar waktu perekaman {window_from}-{window_to} tidak dihitung.",
        "{refused} taps outside the accepted time {window_from}-{window_to} do not count.",
    ),
    "pair": ("Rekaman masuk {tap_in}, rekaman pulang {tap_out}.", "In-tap {tap_in}, out-tap {tap_out}."),
    "open": ("Hari belum berakhir dan belum ada rekaman.", "The day is not over and there is no tap yet."),
    "absent": (
        "Tidak ada rekaman, cuti, atau tugas pada hari kerja: tidak masuk; bukan pula rekaman yang kurang.",
        "No tap, leave or duty order on a working day: absent; not counted as missing taps as well.",
    ),
    "in_empty": ("Rekaman masuk tidak ada.", "The in-tap is missing."),
    "out_empty": ("Rekaman pulang tidak ada.", "The out-tap is missing."),
    "out_filled_in": (
        "Rekaman pulang tepat 23:59 adalah isian sistem: rekaman pulang tidak ada.",
        "An out-tap of exactly 23:59 is filled in by the system: the out-tap is missing.",
    ),
    "in_after_end": (
        "Rekaman masuk pada atau sesudah akhir jam kerja: rekaman masuk tidak ada.",
        "An in-tap at or after the end of work: the in-tap is missing.",
    ),
    "out_before_start": (
        "Rekaman pulang pada atau sebelum awal jam kerja: rekaman pulang tidak ada.",
        "An out-tap at or before the start of work: the out-tap is missing.",
    ),
    "copied_twice": (
        "Rekaman masuk dan pulang berselang paling lama 2 menit: satu rekaman tersalin, keduanya tidak dipakai.",
        "In-tap and out-tap within 2 minutes: one tap copied twice, neither is used.",
    ),
    "flex": (
        "Jam kerja fleksibel: hari bergeser {shift_min} menit menjadi {start}-{end}.",
        "Flexible time: the day moves by {shift_min} minutes to {start}-{end}.",
    ),
    "late": (
        "Terlambat {raw_min} menit, toleransi {tolerance_min} menit, dihitung {late_min} menit.",
        "Late by {raw_min} minutes, tolerance {tolerance_min} minutes, counted {late_min} minutes.",
    ),
    "early_leave": ("Pulang {early_min} menit sebelum {end}.", "Left {early_min} minutes before {end}."),
    "required_end": (
        "Jam kerja terpenuhi pukul {required}; kurang {shortage_min} menit.",
        "The hours are full at {required}; short by {shortage_min} minutes.",
    ),
    "worked": (
        "Bekerja {worked_min} menit di luar istirahat.",
        "Worked {worked_min} minutes less the break.",
    ),
}
"""Rule -> (Indonesian, English)."""

TAP_TABLE = "Permenaker 15/2024 (praktik rekap presensi)"
"""Where the table of tap quality stands."""


def step(rule: str, legal_basis: str, **facts: str) -> Step:
    """A rule applied, with what it saw."""
    text_id, text_en = TEXTS[rule]
    return Step(rule, legal_basis, text_id.format_map(facts), text_en.format_map(facts), facts)
