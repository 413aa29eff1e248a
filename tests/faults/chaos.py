"""A plugin whose every scheme does one thing wrong, as long as a file lies where its settings say; else all are right."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from eperf.plugins import Frame, PartOutput, Scheme, StagePart, hookimpl, leaves, part

BASIS = "Perwal Uji 15/2026"
_GIGABYTES = 2 << 30
_KEPT: list[bytearray] = []


@dataclass(frozen=True)
class Mood:
    """While the file lies there, everything is done wrong."""

    wrong_while: str


def _right(frame: Frame, amount: pl.Expr | None = None, label: str = "Kegiatan") -> PartOutput:
    given = pl.col("minutes").cast(pl.Int64) if amount is None else amount
    evidence = ("activity", pl.col("activity_id").cast(pl.String))
    everyone = frame.employees.select("employee_id", seen=pl.lit(1, dtype=pl.Int64))
    found = leaves(frame.verified, amount=given, label_id=label, label_en="Activity", evidence=evidence)
    return PartOutput(found, values=everyone)


def _raises(frame: Frame) -> PartOutput:
    raise ZeroDivisionError("a rule divides by nobody")


def _base(frame: Frame) -> PartOutput:
    raise BaseException("not even an Exception")


def _system_exit(frame: Frame) -> PartOutput:
    sys.exit("enough")


def _os_exit(frame: Frame) -> PartOutput:
    os._exit(0)


def _faults(frame: Frame) -> PartOutput:
    ctypes.string_at(0)
    return PartOutput()


def _kills(frame: Frame) -> PartOutput:
    os.kill(os.getppid(), signal.SIGTERM)
    return _right(frame)


def _swallows(frame: Frame) -> PartOutput:
    try:
        os.system("true")
    except BaseException:
        return _right(frame)
    return _right(frame)


def _hangs(frame: Frame) -> PartOutput:
    while True:
        pass


def _sleeps(frame: Frame) -> PartOutput:
    time.sleep(3600)
    return _right(frame)


def _allocates(frame: Frame) -> PartOutput:
    _KEPT.append(bytearray(_GIGABYTES))
    return _right(frame)


def _columns(frame: Frame) -> PartOutput:
    return _right(frame, pl.zeros(_GIGABYTES // 8, dtype=pl.Int64, eager=True).sum() + pl.lit(0))


def _nan(frame: Frame) -> PartOutput:
    return _right(frame, pl.lit(float("nan")))


def _infinity(frame: Frame) -> PartOutput:
    return _right(frame, pl.lit(float("inf")))


def _few(frame: Frame) -> PartOutput:
    return PartOutput(values=_right(frame).values.head(1))  # type: ignore[union-attr]


def _strangers(frame: Frame) -> PartOutput:
    found = frame.verified.with_columns(employee_id=pl.col("employee_id") + 1_000_000)
    return PartOutput(leaves(found, amount=pl.lit(1, dtype=pl.Int64), label_id="x", label_en="x"))


def _number(frame: Frame) -> PartOutput:
    return 42  # type: ignore[return-value]


def _nul(frame: Frame) -> PartOutput:
    return _right(frame, label="Kegiatan\0")


def _garbles(frame: Frame) -> PartOutput:
    for number in range(3, 30):
        try:
            os.write(number, b"\0\0\0\1not a message")
        except OSError:
            continue
    return _right(frame)


def _reads(frame: Frame) -> PartOutput:
    return _right(frame, label=Path("/etc/hostname").read_text())


def _calls(frame: Frame) -> PartOutput:
    socket.create_connection(("127.0.0.1", 9))
    return _right(frame)


def _floods(frame: Frame) -> PartOutput:
    for _ in range(1 << 14):
        print("x" * (1 << 16))
    return _right(frame)


def _million(frame: Frame) -> PartOutput:
    many = pl.DataFrame({"n": pl.int_range(50_000_000, eager=True)})
    rows = frame.employees.select("employee_id").join(many, how="cross")
    return PartOutput(leaves(rows, amount=pl.lit(1, dtype=pl.Int64), label_id="x", label_en="x"))


def _prints(frame: Frame) -> PartOutput:
    print('{"done": true}', flush=True)
    os.write(1, b"\0\0\0\2 loud")
    return _right(frame)


def _mutates(frame: Frame) -> PartOutput:
    for rows in (frame.activities, frame.employees, frame.days, frame.totals):
        rows.insert_column(0, pl.Series("mine", [0] * rows.height))
    return _right(frame)


def _ruins(frame: Frame) -> PartOutput:
    found = _right(frame)
    frame.unit_period.__dict__["employees"] = frame.employees.clear()
    frame.unit_period.__dict__["days"] = None
    return found


RAISED = "part-failed:chaos.{}/raised"
MISDEEDS: dict[str, tuple[Callable[[Frame], PartOutput], str]] = {
    "raises": (_raises, RAISED),
    "raises-base": (_base, RAISED),
    "system-exit": (_system_exit, RAISED),
    "os-exit": (_os_exit, "part-process-died:chaos.{}"),
    "segfault": (_faults, "part-process-died:chaos.{}"),
    "garbles-the-pipe": (_garbles, "part-process-died:chaos.{}"),
    "kills-the-server": (_kills, "part-failed:chaos.{}/processes"),
    "starts-a-process": (_swallows, "part-failed:chaos.{}/processes"),
    "ruins-the-month": (_ruins, "part-process-died:chaos.{}"),
    "hangs": (_hangs, "part-timed-out:chaos.{}"),
    "sleeps": (_sleeps, "part-timed-out:chaos.{}"),
    "allocates": (_allocates, "part-out-of-memory:chaos.{}"),
    "allocates-columns": (_columns, "part-out-of-memory:chaos.{}"),
    "many-million-leaves": (_million, "part-out-of-memory:chaos.{}"),
    "nan": (_nan, "part-failed:chaos.{}/wrong-dtype"),
    "infinity": (_infinity, "part-failed:chaos.{}/wrong-dtype"),
    "too-few-rows": (_few, "part-failed:chaos.{}/too-few-rows"),
    "rows-of-others": (_strangers, "part-failed:chaos.{}/stranger"),
    "wrong-type": (_number, "part-failed:chaos.{}/wrong-type"),
    "nul-in-a-label": (_nul, "part-failed:chaos/{}"),
    "reads-a-file": (_reads, "part-failed:chaos.{}/files"),
    "calls-the-network": (_calls, "part-failed:chaos.{}/network"),
    "floods-stdout": (_floods, RAISED),
}
"""What each does, and the cause that the unit's scores carry then."""
HARMLESS: dict[str, Callable[[Frame], PartOutput]] = {"prints": _prints, "mutates-its-input": _mutates}
"""What harms nobody, not even the unit."""


def _scheme(name: str, misdeed: Callable[[Frame], PartOutput] | None) -> Scheme[Mood]:
    @part(f"chaos.{name}", BASIS)
    def rule(frame: Frame, settings: Mood) -> PartOutput:
        # No audit hook and no clock: whether a file is there.
        if misdeed is not None and os.path.exists(settings.wrong_while):
            return misdeed(frame)
        return _right(frame)

    return Scheme(name, "1", "Uji", "Test", BASIS, Mood, (StagePart("work", rule),))


@hookimpl
def eperf_scoring_schemes() -> list[Scheme[Mood]]:
    """One scheme for each misdeed, and a right one."""
    wrong = {name: misdeed for name, (misdeed, _) in MISDEEDS.items()}
    return [_scheme(name, misdeed) for name, misdeed in {**wrong, **HARMLESS, "right": None}.items()]
