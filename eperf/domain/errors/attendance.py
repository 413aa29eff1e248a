"""What the edge of attendance machines refuses."""

from __future__ import annotations

from eperf.domain.errors.core import Refused


class BadSerial(Refused):
    """A device's serial number is missing or has a wrong shape (1 to 64 of A-Z a-z 0-9 _ -)."""

    code = "BAD_SERIAL"
    text_id = "Nomor seri mesin tidak ada atau bentuknya salah: {value}."
    text_en = "The device's serial number is missing or has a wrong shape: {value}."


class PullFailed(Refused):
    """A machine or a cloud that was asked for its records did not answer as it should."""

    code = "PULL_FAILED"
    text_id = "Pengambilan data presensi gagal pada {field} ({value}): {why}."
    text_en = "Asking for attendance records failed at {field} ({value}): {why}."

    def __init__(self, field: str, value: object, why: str) -> None:
        super().__init__(field, value, why=why)


class CheckInRefused(Refused):
    """A check-in from a place, or with a position, that does not count; the try is kept."""

    code = "CHECK_IN_REFUSED"
    text_id = "Presensi tidak dihitung karena {field} ({value}): {why}."
    text_en = "The check-in does not count by {field} ({value}): {why}."

    def __init__(self, field: str, value: object, why: str) -> None:
        super().__init__(field, value, why=why)


class SpanTaken(Refused):
    """Another request of the same person holds one of the days; `value` is its first day."""

    code = "SPAN_TAKEN"
    text_id = "Sebagian hari sudah termasuk dalam pengajuan lain mulai {value}."
    text_en = "Another request, from {value} on, holds some of the days."


class LeaveNotAllowed(Refused):
    """The rule of the kind of leave, or of the duty order, does not give what is asked for."""

    code = "LEAVE_NOT_ALLOWED"
    text_id = "Pengajuan tidak sesuai ketentuan pada {field} ({value}): {why}."
    text_en = "The rule does not allow what is asked by {field} ({value}): {why}."

    def __init__(self, field: str, value: object, why: str) -> None:
        super().__init__(field, value, why=why)
