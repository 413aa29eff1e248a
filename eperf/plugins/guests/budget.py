"""What a guest's code may use, and how it is called when it uses more."""

from __future__ import annotations

from dataclasses import dataclass

TIMED_OUT = "part-timed-out"
OUT_OF_MEMORY = "part-out-of-memory"
DIED = "part-process-died"
NOT_IMPORTED = "part-not-imported"
WRONG_ANSWER = "part-failed"


@dataclass(frozen=True)
class Budget:
    """The bounds of one run.

    `seconds`: wall time for up to `PEOPLE` people, and as much again for as many more; `mebibytes`: memory beyond what
    a worker has before it meets the plugin; `import_seconds`: until the plugin stands ready.
    """

    seconds: float = 5.0
    mebibytes: int = 1024
    import_seconds: float = 20.0

    def seconds_for(self, people: int) -> float:
        """Wall time for so many people's month."""
        return self.seconds * (1 + people // PEOPLE)


PEOPLE = 500
MEMORY_EXIT = 77
"""How a worker ends that has no memory left: what is in it then cannot be relied on."""
PRINTED_BYTES = 1 << 20
"""So much may be written to a file, or printed, in one run."""


class Overrun(Exception):
    """A guest's process did not answer; `code` says why, `rule` is the rule that ran then, if one did."""

    def __init__(self, code: str, rule: str, why: str) -> None:
        self.code, self.rule, self.why = code, rule, why
        super().__init__(f"{code}: {why}")

    def cause(self, key: str) -> str:
        """What the scores carry; `key`: the part's full name, for a failure outside of any rule."""
        return f"{self.code}:{self.rule or key}"[:200]
