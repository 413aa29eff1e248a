"""A short run of the fuzzer in the suite, and what the long one relies on. The long one is `make fuzz-parsers`."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from eperf.domain.errors import Refused
from eperf.plugins import registry as plugins
from tests.fuzz.mutate import Mutator
from tests.fuzz.mutation import by_mutation
from tests.fuzz.targets import TARGETS, Target, Unsound, attempt

TRIES, MOST_BYTES, LARGE_BYTES = 40, 4 << 10, 32 << 10


@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_reads_or_refuses_whatever_it_gets(name: str) -> None:
    count, outcomes = by_mutation(name, 30, seed=1, most=MOST_BYTES, tries=TRIES)
    assert count == TRIES
    assert outcomes.get("read"), "no input was good: the run met nothing behind the first check"


@pytest.mark.parametrize("name", TARGETS)
def test_a_large_input_is_read_in_memory_in_proportion(name: str) -> None:
    target = TARGETS[name]
    seed = max(target.seeds, key=len)
    large = (seed * (1 + LARGE_BYTES // len(seed)))[: min(target.most, LARGE_BYTES)]
    tracemalloc.start()
    attempt(target, large)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20


def test_every_built_in_source_has_a_target() -> None:
    sources = {key.partition("/")[2] for key in plugins.load(strict=True).sources if key.startswith("eperf/")}
    met = {
        "adms-push": "adms-request",
        "fingerspot": "fingerspot-webhook",
        "table-file": "csv",
        "usb-file": "usb",
        "soap-file": "soap",
    }
    assert {met.get(source, source) for source in sources} <= set(TARGETS)


def test_a_fault_is_found_and_the_input_kept() -> None:
    def breaks(data: bytes) -> None:
        if b"7" in data:
            raise KeyError("seven")

    target = Target(breaks, [b"6"])
    mutator = Mutator(target.seeds, (), 100, random.Random(1))
    inputs = [mutator.next() for _ in range(1000)]
    with pytest.raises(KeyError):
        [attempt(target, data) for data in inputs]


def test_what_does_not_print_is_no_sound_reading() -> None:
    from dataclasses import replace

    from eperf.plugins.builtin.adms_attlog import read_attlog
    from tests.fuzz.targets import sound

    [punch], _ = read_attlog(b"57\t2026-03-02 07:20:00\t0", 420)
    sound((punch,), (), 1)
    for wrong in (replace(punch, raw="a\x00"), replace(punch, raw="x" * 5000), replace(punch, pin="")):
        with pytest.raises(Unsound):
            sound((wrong,), (), 1)
    with pytest.raises(Unsound):
        sound((punch, punch), (), 1)


def test_a_refusal_is_no_fault() -> None:
    class No(Refused):
        code = "NO"
        text_id = text_en = "no"

    def refuses(_: bytes) -> None:
        raise No("a", "b")

    assert attempt(Target(refuses, [b""]), b"") == "NO"
