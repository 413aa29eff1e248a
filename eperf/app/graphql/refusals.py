"""What only this edge can refuse: requests that are wrong as HTTP, as a message, or as a GraphQL request.

They are `Refused` like all expected failures, so one renderer serves them; `status` is what HTTP says with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from eperf.domain.errors import Refused, TooMany


class BadRequest(Refused):
    """The request is no well-formed GraphQL request: not JSON, not an object, a member of a wrong type."""

    code = "BAD_REQUEST"
    text_id = "Permintaan tidak dapat dibaca pada {field}: {why}."
    text_en = "The request cannot be read at {field}: {why}."
    status: ClassVar[int] = 400

    def __init__(self, field: str, why: str) -> None:
        super().__init__(field, None, why=why)


class NotAcceptable(Refused):
    """No media type that this server speaks is accepted by the caller."""

    code = "NOT_ACCEPTABLE"
    text_id = "Jawaban di sini hanya tersedia sebagai: {offered}."
    text_en = "Answers here come as one of: {offered}."
    status: ClassVar[int] = 406

    def __init__(self, offered: Iterable[str]) -> None:
        super().__init__("accept", None, offered=", ".join(offered))


class UnsupportedMediaType(Refused):
    """The body is not `application/json` in UTF-8, or it is compressed."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    text_id = "Isi permintaan harus application/json dalam UTF-8 tanpa kompresi."
    text_en = "The body must be application/json in UTF-8, not compressed."
    status: ClassVar[int] = 415


class MethodNotAllowed(Refused):
    """The HTTP method cannot do this here; the `Allow` header says which can."""

    code = "METHOD_NOT_ALLOWED"
    text_id = "Metode ini tidak diizinkan di sini; gunakan {allowed}."
    text_en = "This method is not allowed here; use {allowed}."
    status: ClassVar[int] = 405

    def __init__(self, allowed: str) -> None:
        super().__init__("method", None, allowed=allowed)


class OriginRefused(Refused):
    """A page of another origin asks, and that origin is not on the allow-list."""

    code = "ORIGIN_NOT_ALLOWED"
    text_id = "Asal halaman ini tidak ada dalam daftar yang diizinkan."
    text_en = "The origin of this page is not on the list of those allowed."
    status: ClassVar[int] = 403


class BodyTooSlow(Refused):
    """The body did not arrive in time."""

    code = "TIMEOUT"
    text_id = "Isi permintaan tidak tiba pada waktunya."
    text_en = "The body did not arrive in time."
    status: ClassVar[int] = 408


class BodyTooLarge(TooMany):
    """The body is longer than is read."""

    status: ClassVar[int] = 413


class JsonTooLarge(TooMany):
    """The JSON is nested deeper, or holds more values, than is read."""

    status: ClassVar[int] = 400


class UrlTooLong(TooMany):
    """The address is longer than is read."""

    status: ClassVar[int] = 414


class TooFast(TooMany):
    """A principal asks for more than it may at the moment; after `retry_after` seconds the same request is served."""

    code = "RATE_LIMITED"
    text_id = "Batas {limit} sebesar {most} terlampaui: {value}; coba lagi dalam {seconds} detik."
    text_en = "The limit {limit} of {most} was passed: {value}; try again in {seconds} seconds."
    status: ClassVar[int] = 429

    def __init__(self, limit: str, most: int, value: int, retry_after: int) -> None:
        Refused.__init__(self, limit, value, limit=limit, most=most, seconds=max(1, retry_after))
        self.retry_after = max(1, retry_after)


class TimedOut(Refused):
    """The execution took longer than is allowed and was stopped; nothing of it is kept."""

    code = "TIMEOUT"
    text_id = "Pelaksanaan melewati batas waktu dan dihentikan."
    text_en = "The execution took too long and was stopped."
    status: ClassVar[int] = 503


class OperationUnknown(Refused):
    """The document has no such operation, none at all, or several and no name chose one."""

    code = "OPERATION_RESOLUTION_FAILURE"
    text_id = "Operasi tidak dapat ditentukan: {why}."
    text_en = "The operation cannot be determined: {why}."

    def __init__(self, why: str) -> None:
        super().__init__("operationName", None, why=why)


class OperationNotServed(Refused):
    """This way in does not serve this kind of operation."""

    code = "OPERATION_NOT_SERVED"
    text_id = "Operasi {kind} tidak dilayani di sini."
    text_en = "Operations of the kind {kind} are not served here."

    def __init__(self, kind: str) -> None:
        super().__init__("query", None, kind=kind)


class IntrospectionRefused(Refused):
    """The caller may not ask for the schema."""

    code = "INTROSPECTION_DISABLED"
    text_id = "Introspeksi skema tidak diizinkan bagi pemanggil ini."
    text_en = "Introspection of the schema is not allowed for this caller."


class PersistedQueryNotFound(Refused):
    """No registered document has this hash. Clients of the protocol know it by its message and send the text then."""

    code = "PERSISTED_QUERY_NOT_FOUND"
    text_id = text_en = "PersistedQueryNotFound"

    def __init__(self, given: str) -> None:
        super().__init__("documentId", given)


class PersistedQueryNotSupported(PersistedQueryNotFound):
    """Documents are not asked for by hash here: none is registered."""

    code = "PERSISTED_QUERY_NOT_SUPPORTED"
    text_id = text_en = "PersistedQueryNotSupported"


class DocumentNotTrusted(Refused):
    """Only registered documents are served here, and this is none of them."""

    code = "DOCUMENT_NOT_TRUSTED"
    text_id = "Server ini hanya melayani dokumen terdaftar; dokumen pada {field} tidak terdaftar."
    text_en = "Only registered documents are served here; the one in {field} is not."
