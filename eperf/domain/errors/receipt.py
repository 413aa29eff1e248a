"""What closing, receipts and appeals refuse."""

from __future__ import annotations

from eperf.domain.errors.core import Refused


class PeriodNotReady(Refused):
    """The month cannot be closed yet; `why` says what stands in the way."""

    code = "PERIOD_NOT_READY"
    text_id = "Periode {value} belum dapat ditutup: {why}."
    text_en = "The period {value} cannot be closed yet: {why}."

    def __init__(self, value: object, why: str) -> None:
        super().__init__("period", value, why=why)


class BundleUnreadable(Refused):
    """A bundle is not of the agreed shape, or too large; `field` is the part that cannot be read."""

    code = "BUNDLE_UNREADABLE"
    text_id = "Bagian {field} dari berkas bukti nilai tidak dapat dibaca: {why}."
    text_en = "The {field} of the bundle cannot be read: {why}."

    def __init__(self, part: str, why: str) -> None:
        super().__init__(part, None, why=why)


class BundleDamaged(Refused):
    """A part of a bundle is not what the manifest says; `field` names the part, `value` the place in it."""

    code = "BUNDLE_DAMAGED"
    text_id = "Bagian {field} dari berkas bukti nilai rusak: {why}."
    text_en = "The {field} of the bundle is damaged: {why}."

    def __init__(self, part: str, why: str, value: object = None) -> None:
        super().__init__(part, value, why=why)


class SchemeNotInstalled(Refused):
    """The scheme that made a score is not installed, or in another version; nothing else may stand in for it."""

    code = "SCHEME_NOT_INSTALLED"
    text_id = "Skema {value} versi {wanted} tidak terpasang; yang terpasang: {found}."
    text_en = "The scheme {value} in version {wanted} is not installed; installed is: {found}."

    def __init__(self, scheme: str, wanted: str, found: str | None) -> None:
        super().__init__("scheme", scheme, wanted=wanted, found=found or "-")


class ReplayDiffers(Refused):
    """Computed again from the frozen facts, something comes out differently; `field` says what, `value` whose."""

    code = "REPLAY_DIFFERS"
    text_id = "{field} dari {value} adalah {found} di berkas, tetapi {computed} bila dihitung ulang."
    text_en = "The {field} of {value} is {found} in the bundle, but computed again it is {computed}."

    def __init__(self, field: str, value: object, found: object, computed: object) -> None:
        super().__init__(field, value, found=found, computed=computed)


class AppealTooLate(Refused):
    """The last day for the step is over; `value` is that day."""

    code = "APPEAL_TOO_LATE"
    text_id = "Batas waktu keberatan sudah lewat: {value}."
    text_en = "The time for this appeal is over since {value}."


class ReviewerNotFree(Refused):
    """Who decided on what a leaf rests on, or acts for them, does not review it."""

    code = "REVIEWER_NOT_FREE"
    text_id = "Anda, atau yang Anda wakili, ikut memutuskan hal ini; pejabat lain yang harus menelaah."
    text_en = "You, or whom you act for, took part in this decision; somebody else must review it."
