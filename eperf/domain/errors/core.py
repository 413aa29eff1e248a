"""Expected failures are data: one class and one stable code per failure.

Whatever an outsider can cause is a `Refused`; it names the field and the value, speaks Indonesian and English, and
is rendered by every edge in the edge's own shape (a GraphQL `Problem`, a JSON body, a row in an import report).
Anything that is not a `Refused` is a fault of ours: masked, logged with an id, and the id is in the answer.
"""

from __future__ import annotations

from typing import ClassVar

_SHOWN = 80


def shown(value: object) -> str:
    """A value as it may appear in a message: one printable line, at most 80 characters."""
    text = value if isinstance(value, str) else repr(value)
    printable = "".join(c if c.isprintable() else "\ufffd" for c in text[: _SHOWN + 1])
    return printable if len(printable) <= _SHOWN else printable[:_SHOWN] + "…"


class Refused(Exception):
    """A request that cannot be granted, with the reason.

    `code` is stable and documented; `field` is the path of the input that caused it (`quantity`, `settings.target`);
    `value` is that input; `facts` fill the message templates.
    """

    code: ClassVar[str] = "REFUSED"
    text_id: ClassVar[str] = "Permintaan ditolak."
    text_en: ClassVar[str] = "The request was refused."

    def __init__(self, field: str | None = None, value: object = None, **facts: object) -> None:
        self.field = field
        self.value = value
        self.facts = {name: shown(fact) for name, fact in facts.items()}
        super().__init__(self.message("en"))

    def message(self, language: str) -> str:
        """The reason in `id` (Indonesian) or any other tag (English)."""
        template = self.text_id if language.startswith("id") else self.text_en
        return template.format(field=self.field or "-", value=shown(self.value), **self.facts)


class BadInput(Refused):
    """An input that cannot be read: wrong shape, out of range, forbidden characters."""

    code = "BAD_INPUT"
    text_id = "Isian {field} tidak dapat dipakai: {why} (nilai: {value})."
    text_en = "Field {field} cannot be used: {why} (value: {value})."

    def __init__(self, field: str, value: object, why: str) -> None:
        super().__init__(field, value, why=why)


class NotFound(Refused):
    """The thing named does not exist, or the viewer may not know that it does."""

    code = "NOT_FOUND"
    text_id = "{field}: {value} tidak ditemukan."
    text_en = "{field}: {value} was not found."


class Forbidden(Refused):
    """The viewer's roles do not allow this operation on this subject."""

    code = "FORBIDDEN"
    text_id = "Peran Anda tidak mengizinkan tindakan {operation}."
    text_en = "Your roles do not allow {operation}."

    def __init__(self, operation: str, field: str | None = None) -> None:
        super().__init__(field, operation=operation)


class Unauthenticated(Refused):
    """No credential, or one that is unknown, expired or revoked."""

    code = "UNAUTHENTICATED"
    text_id = "Kredensial tidak ada, tidak dikenal, kedaluwarsa, atau dicabut."
    text_en = "The credential is missing, unknown, expired or revoked."


class Conflict(Refused):
    """The thing changed meanwhile, or its state does not allow the step."""

    code = "CONFLICT"
    text_id = "{field} sudah berubah atau tidak pada keadaan yang tepat: {why}."
    text_en = "{field} has changed or is not in the right state: {why}."

    def __init__(self, field: str, value: object, why: str) -> None:
        super().__init__(field, value, why=why)


class KeyReused(Refused):
    """An idempotency key came again with another input."""

    code = "IDEMPOTENCY_KEY_REUSED"
    text_id = "Kunci idempotensi {value} sudah dipakai untuk isian lain."
    text_en = "The idempotency key {value} was already used with another input."


class Unavailable(Refused):
    """The service cannot do it now; the same request may be tried again."""

    code = "UNAVAILABLE"
    text_id = "Layanan sedang tidak tersedia, silakan coba lagi."
    text_en = "The service is not available now, please try again."


class TooMany(Refused):
    """A limit was passed; names the limit and the value."""

    code = "LIMIT_EXCEEDED"
    text_id = "Batas {limit} sebesar {most} terlampaui: {value}."
    text_en = "The limit {limit} of {most} was passed: {value}."

    def __init__(self, limit: str, most: int, value: object) -> None:
        super().__init__(limit, value, limit=limit, most=most)


class TooSlow(Refused):
    """What was sent did not arrive in time."""

    code = "TIMEOUT"
    text_id = "{field} tidak tiba pada waktunya: {why}."
    text_en = "{field} did not arrive in time: {why}."

    def __init__(self, field: str, why: str) -> None:
        super().__init__(field, None, why=why)
