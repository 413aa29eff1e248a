"""The SOAP face of Solution's machines: what is asked, and every row of the answer kept or skipped with a reason."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.carried import CarriedFile, FileProfile
from eperf.domain.attendance.pull import HttpAnswer, HttpAsk
from eperf.domain.attendance.source import DeviceState
from eperf.domain.errors import BadInput, Refused, TooMany
from eperf.plugins.builtin.soap import MAX_ROWS, SoapFile, ask_all, read_answer

ROW = "<Row><PIN>{}</PIN><DateTime>{}</DateTime><Verified>{}</Verified><Status>{}</Status><WorkCode>0</WorkCode></Row>"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
GOOD = ROW.format(57, "2026-03-02 07:20:31", 1, 0)


def answer(*rows: str) -> bytes:
    return f'<?xml version="1.0"?><GetAttLogResponse>{"".join(rows)}</GetAttLogResponse>'.encode()


def test_the_rows_of_an_answer_are_read_in_the_device_s_zone() -> None:
    (punch, second), skipped = read_answer(
        answer(GOOD, ROW.format(" 58 ", "2026-03-02 12:00:00", 15, 2)), 480
    )
    assert skipped == ()
    assert (punch.pin, punch.occurred_at.isoformat()) == ("57", "2026-03-01T23:20:31+00:00")
    assert (punch.kind, punch.verify, punch.workcode, punch.line_no) == ("in", "finger", "0", 1)
    assert (second.pin, second.kind, second.verify) == ("58", "break_out", "face")


def test_a_soap_envelope_and_namespaces_do_not_matter() -> None:
    body = (
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><r:GetAttLogResponse '
        b'xmlns:r="urn:x">' + GOOD.encode() + b"</r:GetAttLogResponse></s:Body></s:Envelope>"
    )
    assert [punch.pin for punch in read_answer(body, 420)[0]] == ["57"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("<Row/>", "pin_missing"),
        (ROW.format("", "2026-03-02 07:20:31", 1, 0), "pin_missing"),
        (ROW.format("5 7", "2026-03-02 07:20:31", 1, 0), "pin_unreadable"),
        (ROW.format("57", "", 1, 0), "time_missing"),
        (ROW.format("57", "2026-02-30 07:20:31", 1, 0), "time_unreadable"),
        ("<Row><Name>57</Name></Row>", "pin_missing"),
    ],
)
def test_a_row_that_is_no_record_is_skipped_with_its_reason(row: str, reason: str) -> None:
    punches, skipped = read_answer(answer(GOOD, row, GOOD), 420)
    assert [punch.line_no for punch in punches] == [1, 3]
    assert [(skip.line_no, skip.reason) for skip in skipped] == [(2, reason)]


def test_fields_outside_a_row_and_unknown_fields_are_not_kept() -> None:
    (punch,), _ = read_answer(
        answer("<PIN>1</PIN>", GOOD.replace("</Row>", "<Password>hunter2</Password></Row>")), 420
    )
    assert punch.pin == "57"
    assert "hunter2" not in repr(punch)


BOMB = '<!DOCTYPE a [<!ENTITY b "' + "x" * 1000 + '">]><a>' + "&b;" * 1000 + "</a>"


@pytest.mark.parametrize(
    "body", [b"", b"\x00", b"<a>", b"<a></b>", b"{}", BOMB.encode(), b"\xff\xfe<a/>", b"<a>&b;</a>"]
)
def test_what_is_no_plain_xml_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput):
        read_answer(body, 420)


def test_more_rows_than_a_machine_holds_are_refused() -> None:
    with pytest.raises(TooMany):
        read_answer(answer(*["<Row/>"] * (MAX_ROWS + 1)), 420)


def test_the_question_carries_the_key_and_a_wrong_key_is_not_shown() -> None:
    assert ask_all(4711) == "<GetAttLog><ArgComKey>4711</ArgComKey><Arg><PIN>All</PIN></Arg></GetAttLog>"
    with pytest.raises(BadInput) as refused:
        ask_all(-4711)
    assert "4711" not in str(refused.value)


def test_a_file_of_an_answer_has_no_columns() -> None:
    assert len(SoapFile().read_file(CarriedFile(answer(GOOD)), FileProfile(420))[0]) == 1
    with pytest.raises(BadInput, match="columns"):
        SoapFile().read_file(CarriedFile(answer(GOOD)), FileProfile(420, {"pin": "0"}))


cells = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs",)), max_size=12)


@given(
    st.lists(
        st.tuples(cells, cells, cells, cells) | st.just(("57", "2026-03-02 07:20:31", "1", "0")), max_size=8
    )
)
def test_every_row_is_a_record_or_skipped(rows: list[tuple[str, str, str, str]]) -> None:
    body = answer(*[ROW.format(*map(escape, row)) for row in rows])
    with suppress(BadInput):  # characters that XML does not have
        punches, skipped = read_answer(body, 420)
        assert len(punches) + len(skipped) == len(rows)


@given(st.binary(max_size=200))
def test_no_body_crashes_the_reader(body: bytes) -> None:
    with suppress(Refused):
        read_answer(answer(GOOD) + body, 420)
    with suppress(Refused):
        read_answer(body, 420)


class Machine:
    """Answers with its log, and remembers what it was asked."""

    def __init__(self, *rows: str) -> None:
        self.rows, self.asked = list(rows), []  # type: ignore[var-annotated]

    def http(self, ask: HttpAsk) -> HttpAnswer:
        self.asked.append(ask)
        return HttpAnswer(200, answer(*self.rows))

    def address(self, host: str) -> str:
        raise AssertionError(host)


def device(stamps: dict[str, str] | None = None, **options: str) -> DeviceState:
    return DeviceState("S1", "active", 420, stamps=stamps or {}, options={"host": "10.0.0.7", **options})


def test_a_machine_is_asked_for_everything_and_gives_what_is_new() -> None:
    machine = Machine(GOOD, ROW.format("", "2026-03-02 07:20:31", 1, 0))
    first = SoapFile().pull(device(comm_key="123"), NOW, machine)
    assert ([punch.pin for punch in first.punches], len(first.skipped), first.more) == (["57"], 1, False)
    machine.rows.append(ROW.format(58, "2026-03-02 07:21:00", 1, 0))
    second = SoapFile().pull(device(dict(first.stamps)), NOW, machine)
    assert ([punch.pin for punch in second.punches], second.skipped) == (["58"], ())
    asked = machine.asked[0]
    assert (asked.method, asked.url) == ("POST", "http://10.0.0.7:80/iWsService")
    assert b"<ArgComKey>123</ArgComKey>" in asked.body


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"host": "x/y"}, "host"),
        ({"host": "u@x"}, "host"),
        ({"port": "8o"}, "port"),
        ({"comm_key": "s3cr3t"}, "comm_key"),
    ],
)
def test_an_option_that_cannot_be_is_named_and_no_key_is_shown(options: dict[str, str], field: str) -> None:
    with pytest.raises(BadInput, match=field) as refused:
        SoapFile().pull(device(**options), NOW, Machine())
    assert "s3cr3t" not in str(refused.value)
