"""The words of a month's deductions: one template per rule in Indonesian and in English."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "band": (
        "{cause}: {count} kali, {minutes} menit, {rate} % setiap kali.",
        "{cause}: {count} times, {minutes} minutes, {rate} % each.",
    ),
    "each": ("{cause}: {count} kali, {rate} % setiap kali.", "{cause}: {count} times, {rate} % each."),
    "per_minute": (
        "{cause}: {count} kali {minutes} menit, {rate} % setiap menit.",
        "{cause}: {count} times {minutes} minutes, {rate} % a minute.",
    ),
    "no_minutes": ("{cause}: 0 menit bukan kejadian.", "{cause}: 0 minutes are no event."),
    "outside": (
        "{cause}: {minutes} menit tidak dikenai potongan.",
        "{cause}: {minutes} minutes are not in the table: no cut.",
    ),
    "not_listed": ("{cause}: aturan tidak menyebut potongan.", "{cause}: the rule names no cut."),
    "made_up": (
        "{cause}: {minutes} menit sudah diganti, tidak dipotong.",
        "{cause}: {minutes} minutes were made up: no cut.",
    ),
    "few_lates": (
        "Terlambat {times} kali, tidak lebih dari {threshold} kali sebulan: tidak dipotong.",
        "Late {times} times, not more than {threshold} times in the month: no cut.",
    ),
    "free": (
        "{cause}: {count} kali pertama dalam bulan ini tidak dipotong.",
        "{cause}: the first {count} of the month cost nothing.",
    ),
    "wipe_out": (
        "Tidak masuk {days} hari kerja berturut-turut: potongan menjadi {rate} %.",
        "Absent for {days} working days in a row: the cut becomes {rate} %.",
    ),
    "day_cap": ("Paling banyak {cap} % sehari ({day}).", "At most {cap} % a day ({day})."),
    "cap": ("Paling banyak {cap} % sebulan.", "At most {cap} % a month."),
}
"""Rule -> (Indonesian, English)."""

CAUSES: dict[str, tuple[str, str]] = {
    "late": ("Terlambat", "Late"),
    "early": ("Pulang sebelum waktu", "Left early"),
    "missing_in": ("Tidak ada rekaman masuk", "No in-tap"),
    "missing_out": ("Tidak ada rekaman pulang", "No out-tap"),
    "absent": ("Tidak masuk tanpa keterangan", "Absent without notice"),
    "permit": ("Izin", "Permit"),
    "sick": ("Sakit", "Sick"),
    "leave": ("Cuti", "Leave"),
    "left_office": ("Meninggalkan kantor", "Left the office"),
    "ceremony": ("Tidak mengikuti upacara", "Missed a flag ceremony"),
}
"""Cause -> (Indonesian, English)."""


def worded(rule: str, cause: str | None, facts: dict[str, str]) -> tuple[str, str]:
    """A rule in both languages."""
    cause_id, cause_en = CAUSES[cause] if cause else ("", "")
    text_id, text_en = TEXTS[rule]
    return text_id.format(cause=cause_id, **facts), text_en.format(cause=cause_en, **facts)
