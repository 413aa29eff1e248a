"""The SOAP face of Solution's machines: what is asked at `/iWsService`, and the records in the answer.

The answer is XML from a machine that anybody may impersonate on its network, so it
is bounded, and a document type declaration (the door to entity bombs) is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pyexpat import ExpatError
from xml.parsers import expat

from eperf.domain.attendance.carried import CODES_OPTION, CarriedFile, FileProfile, FileRead
from eperf.domain.attendance.pull import (
    COMM_KEY_OPTION,
    HOST_OPTION,
    PORT_OPTION,
    HttpAsk,
    Outside,
    PullRead,
    unseen,
)
from eperf.domain.attendance.punch import RawPunch, SkippedLine, safe_text
from eperf.domain.attendance.source import DeviceState
from eperf.domain.errors import BadInput, PullFailed, TooMany
from eperf.plugins.builtin.clock_fields import Unreadable, code_of, instant_of, pin_of
from eperf.plugins.builtin.code_tables import ADMS, Codes, codes_named
from eperf.plugins.builtin.offline import Offline

PATH = "/iWsService"

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 100_000

_FIELDS = ("PIN", "DateTime", "Verified", "Status", "WorkCode")
_ROW = "Row"
_FIELD_CHARS = 64
_MOST_KEY = 999_999
_SEEN = "soap_log"
_OK = 200


def ask_all(comm_key: int) -> str:
    """The body that asks for the records of everybody; `comm_key` is the machine's communication key."""
    if not 0 <= comm_key <= _MOST_KEY:
        raise BadInput("comm_key", "(secret)", f"0 to {_MOST_KEY}")
    return f"<GetAttLog><ArgComKey>{comm_key}</ArgComKey><Arg><PIN>All</PIN></Arg></GetAttLog>"


class SoapFile(Offline):
    """The built-in source `soap-file`: the answer to `GetAttLog`, asked for, or kept as a file."""

    name = "soap-file"

    def read_file(self, file: CarriedFile, profile: FileProfile) -> FileRead:
        """The records of the answer; it names its fields itself, so it has no columns."""
        if profile.columns:
            raise BadInput("columns", next(iter(profile.columns)), "the answer names its fields itself")
        return read_answer(file.content, profile.zone_offset_min, codes_named(profile.codes))

    def is_asked(self, options: Mapping[str, str]) -> bool:
        """With the machine's address."""
        return HOST_OPTION in options

    def pull(self, device: DeviceState, now: datetime, outside: Outside) -> PullRead:
        """The machine gives its whole log each time; what was read before is left out (`unseen`)."""
        options = device.options
        port = options.get(PORT_OPTION, "80")
        if not (port.isascii() and port.isdigit() and len(port) <= 5):
            raise BadInput(PORT_OPTION, port, "a port is a number")
        url = f"http://{_in_url(options[HOST_OPTION])}:{port}{PATH}"
        body = ask_all(_key(options.get(COMM_KEY_OPTION, "0"))).encode()
        answer = outside.http(HttpAsk("POST", url, {"content-type": "text/xml"}, body, MAX_BYTES))
        if answer.status != _OK:
            raise PullFailed("status", answer.status, "the machine gives no records")
        codes = codes_named(options.get(CODES_OPTION, "adms"))
        punches, skipped = read_answer(answer.body, device.zone_offset_min, codes)
        by_place = {one.line_no: one.raw.encode() for one in punches}
        by_place |= {one.line_no: one.raw.encode() for one in skipped}
        begin, stamps = unseen([by_place[place] for place in sorted(by_place)], device.stamps, _SEEN)
        return PullRead(
            tuple(punch for punch in punches if punch.line_no > begin),
            tuple(skip for skip in skipped if skip.line_no > begin),
            stamps,
        )


def _in_url(host: str) -> str:
    """A machine's address as it stands in a URL; refuses what is more than an address."""
    if not all(letter.isalnum() or letter in "-._:" for letter in host):
        raise BadInput(HOST_OPTION, host, "the address or the name of a machine")
    return f"[{host}]" if ":" in host else host


def _key(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise BadInput(COMM_KEY_OPTION, "(secret)", f"0 to {_MOST_KEY}")
    return int(text)


def read_answer(body: bytes, zone_offset_min: int, codes: Codes = ADMS) -> FileRead:
    """The records of an answer to `GetAttLog`, and the rows that are none.

    `zone_offset_min` is the device clock's distance from UTC in minutes. Raises `TooMany`, or `BadInput` for what is
    no XML.
    """
    if len(body) > MAX_BYTES:
        raise TooMany("soap_bytes", MAX_BYTES, len(body))
    offset = timedelta(minutes=zone_offset_min)
    punches: list[RawPunch] = []
    skipped: list[SkippedLine] = []
    for row_no, said in enumerate(_rows(body), start=1):
        raw = safe_text("\t".join(f"{name}={value}" for name, value in said.items()))
        try:
            punches.append(_record(said, raw, row_no, offset, codes))
        except Unreadable as why:
            skipped.append(SkippedLine(row_no, raw, str(why)))
    return tuple(punches), tuple(skipped)


def _record(said: dict[str, str], raw: str, row_no: int, offset: timedelta, codes: Codes) -> RawPunch:
    pin, time_text, verify_text, status_text, workcode = (said.get(name) or None for name in _FIELDS)
    status, verify = code_of(status_text), code_of(verify_text)
    return RawPunch(
        pin=pin_of(pin),
        occurred_at=instant_of(time_text, offset),
        device_local=time_text or "",
        kind=codes.kind_of(status),
        status=status,
        status_text=status_text,
        verify=codes.verify_of(verify),
        verify_code=verify,
        verify_text=verify_text,
        workcode=workcode,
        raw=raw,
        line_no=row_no,
    )


def _rows(body: bytes) -> list[dict[str, str]]:
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        parser.Parse(body, True)
    except (ExpatError, ValueError, LookupError) as wrong:
        raise BadInput("body", type(wrong).__name__, "it is not XML that can be read") from None
    return reader.rows


def _no_doctype(*_: object) -> None:
    raise BadInput("body", "DOCTYPE", "it declares a document type")


class _Reader:
    """Listens to the elements: each `Row` with the texts of its known fields, trimmed and bounded."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []
        self._row: dict[str, str] | None = None
        self._field: str | None = None
        self._pieces: list[str] = []

    def start(self, tag: str, attributes: object) -> None:
        """An element begins."""
        name = tag.rpartition(" ")[2]
        if name == _ROW:
            if len(self.rows) >= MAX_ROWS:
                raise TooMany("soap_rows", MAX_ROWS, "more")
            self._row = {}
            self.rows.append(self._row)
        self._field = name if self._row is not None and name in _FIELDS else None
        self._pieces = []

    def text(self, text: str) -> None:
        """Text within the current element."""
        if self._field is not None:
            self._pieces.append(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        name = tag.rpartition(" ")[2]
        if name == _ROW:
            self._row = None
        elif self._row is not None and name == self._field:
            self._row.setdefault(name, safe_text("".join(self._pieces).strip(), _FIELD_CHARS))
        self._field = None
