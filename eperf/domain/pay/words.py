"""The words of pay's steps: one template per step in Indonesian and in English."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "class_allowance": (
        "Tunjangan kelas jabatan {job_class}.",
        "Allowance of job class {job_class}.",
    ),
    "score": ("Dibayar {score_pct} persen menurut nilai.", "Paid {score_pct} per cent by the score."),
    "eligibility": (
        "Keadaan kepegawaian ({standings}): dibayar {paid_pct} persen.",
        "Standing ({standings}): {paid_pct} per cent is paid.",
    ),
    "leave_replaces": (
        "Cuti {leave}: dibayar {paid_pct} persen dari tunjangan kelas, menggantikan seluruh hasil.",
        "Leave {leave}: {paid_pct} per cent of the class allowance is paid instead of the whole result.",
    ),
    "leave": (
        "Cuti {leave}: dipotong {cut_pct} persen ({of}).",
        "Leave {leave}: {cut_pct} per cent is cut ({of}).",
    ),
    "punishment": (
        "Hukuman disiplin {punishment}, bulan ke-{month}: dipotong {cut_pct} persen.",
        "Punishment {punishment}, month {month}: {cut_pct} per cent is cut.",
    ),
    "rounding": ("Dibulatkan ke rupiah ({rounding}).", "Rounded to whole rupiah ({rounding})."),
}
"""Step -> (Indonesian, English)."""


def worded(step: str, inputs: Mapping[str, str]) -> tuple[str, str]:
    """A step in both languages."""
    text_id, text_en = TEXTS[step]
    return text_id.format(**inputs), text_en.format(**inputs)
