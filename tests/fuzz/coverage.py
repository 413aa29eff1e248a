"""A parser against mutations that its own branches guide: `python -m tests.fuzz.coverage TARGET SECONDS`.

Atheris (libFuzzer for Python) watches which branches an input takes, keeps what takes new ones in `build/fuzz/TARGET/`,
and goes on from there at the next run. It ends at the first fault: an exception that is no refusal, an input that takes
longer than a second of the processor, or a process of more than a gibibyte.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["eperf.plugins.builtin", "eperf.adapters", "eperf.domain"]):
    from tests.fuzz.mutation import FOLDER, MEMORY_BYTES, judged
    from tests.fuzz.targets import TARGETS

_MOST_BYTES = 64 << 10
"""Longer inputs find little that these do not, and are slow to try; `tests.fuzz.mutation` tries them."""

_HANG_SECONDS = 60
"""By the clock on the wall, of which a busy machine takes any number; what an input may cost is counted by the processor."""


def _escaped(word: bytes) -> str:
    return "".join(rf"\x{byte:02x}" for byte in word)


def main(name: str, seconds: int) -> None:
    """Fuzzes a target; does not return."""
    target, corpus, words = TARGETS[name], FOLDER / name, FOLDER / f"{name}.words"
    corpus.mkdir(parents=True, exist_ok=True)
    for place, seed in enumerate(target.seeds):
        (corpus / f"seed-{place}").write_bytes(seed)
    # An empty dictionary is refused.
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in (*target.words, b"\0")))
    options = [
        f"-max_total_time={seconds}", f"-timeout={_HANG_SECONDS}", f"-rss_limit_mb={MEMORY_BYTES >> 20}",
        f"-max_len={min(target.most, _MOST_BYTES)}", f"-dict={words}", f"-artifact_prefix={FOLDER / name}-",
        "-print_final_stats=1", "-verbosity=0",
    ]  # fmt: skip

    def one_input(data: bytes) -> None:
        judged(target, data)

    atheris.Setup([name, *options, str(corpus)], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
