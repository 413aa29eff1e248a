"""What credentials and files are refused for."""

from __future__ import annotations

from eperf.domain.errors.core import Refused, TooMany


class LoginFailed(Refused):
    """The login name is unknown, the password is wrong, or the account may not sign in; which of them is not told."""

    code = "LOGIN_FAILED"
    text_id = "Nama masuk atau kata sandi salah."
    text_en = "The login name or the password is wrong."


class TooManyAttempts(TooMany):
    """Too many failed logins lately; `retry_after` is the number of seconds to wait."""

    code = "TOO_MANY_ATTEMPTS"
    text_id = "Terlalu banyak percobaan masuk yang gagal; coba lagi dalam {seconds} detik."
    text_en = "Too many failed logins; try again in {seconds} seconds."

    def __init__(self, limit: str, most: int, retry_after: int) -> None:
        Refused.__init__(self, limit, None, limit=limit, most=most, seconds=retry_after)
        self.retry_after = retry_after


class MediaTypeRefused(Refused):
    """A file's content, or what the sender says it is, is no type that is kept, or the two differ."""

    code = "MEDIA_TYPE_REFUSED"
    text_id = "Jenis berkas {value} ditolak: {why}."
    text_en = "The file type {value} is refused: {why}."

    def __init__(self, value: str, why: str) -> None:
        super().__init__("content-type", value, why=why)
