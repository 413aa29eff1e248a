"""What the edge of attendance machines refuses."""

from __future__ import annotations

from eperf.domain.errors.core import Refused


class BadSerial(Refused):
    """A device's serial number is missing or has a wrong shape (1 to 64 of A-Z a-z 0-9 _ -)."""

    code = "BAD_SERIAL"
    text_id = "Nomor seri mesin tidak ada atau bentuknya salah: {value}."
    text_en = "The device's serial number is missing or has a wrong shape: {value}."
