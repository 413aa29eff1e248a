"""What reporting an activity, and deciding on one, refuses by the catalogue and by the deadlines of a unit."""

from __future__ import annotations

from eperf.domain.errors.core import Refused


class ItemNotForPosition(Refused):
    """The catalogue item is for other posts than the reporter's."""

    code = "ITEM_NOT_FOR_POSITION"
    text_id = "Butir katalog ini tidak berlaku untuk jabatan Anda; berlaku untuk: {whom}."
    text_en = "This catalogue item is not for your post; it is for: {whom}."


class MinutesOutsideNorm(Refused):
    """The minutes lie outside what the catalogue allows for the quantity; `least` and `most` are for one unit."""

    code = "MINUTES_OUTSIDE_NORM"
    text_id = (
        "Durasi {value} menit di luar norma butir ini untuk {quantity} ({per}): "
        "{least} sampai {most} menit per satuan."
    )
    text_en = (
        "{value} minutes lie outside the norm of this item for {quantity} ({per}): "
        "{least} to {most} minutes for one unit."
    )


class EvidenceMissing(Refused):
    """The catalogue item needs evidence of a kind that the report does not have; `field` is `evidence` or `links`."""

    code = "EVIDENCE_MISSING"
    text_id = "Bukti berupa {kind} wajib dilampirkan untuk butir ini."
    text_en = "This item needs evidence of the kind {kind}."


class EvidenceTooLarge(Refused):
    """A file is larger than the catalogue item allows; `value` is its size in bytes."""

    code = "EVIDENCE_TOO_LARGE"
    text_id = "Berkas bukti {value} bita melebihi batas butir ini, {most} bita."
    text_en = "A file of {value} bytes is larger than this item allows, {most} bytes."


class ReportTooLate(Refused):
    """The deadline of the unit for reporting, or for mending what was returned, has passed."""

    code = "REPORT_TOO_LATE"
    text_id = "Batas waktu pelaporan {until} sudah lewat ({basis})."
    text_en = "The deadline for reporting, {until}, has passed ({basis})."


class VerificationFinal(Refused):
    """No rule of the unit lets this verification be withdrawn, or its month is no longer open."""

    code = "VERIFICATION_FINAL"
    text_id = "Verifikasi ini tidak dapat ditarik kembali: {why}."
    text_en = "This verification cannot be withdrawn: {why}."
