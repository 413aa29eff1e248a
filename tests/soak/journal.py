"""What has been sent and answered, on disk, so that a run of hours that ends early goes on where it was."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Journal:
    """Blocks that were begun and blocks whose every request was answered well; one that was only begun is in doubt."""

    path: Path
    facts: dict[str, Any]
    done: set[int] = field(default_factory=set)
    doubtful: list[int] = field(default_factory=list)
    seconds: float = 0.0

    @classmethod
    def opened(cls, path: Path, facts: dict[str, Any]) -> Journal:
        """The journal of a run, or the one that is there; its own facts win, so that both run the same stream."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(facts) + "\n")
            return cls(path, facts)
        first, *rest = path.read_text().split("\n")
        kept = cls(path, json.loads(first))
        begun: list[int] = []
        for line in rest:
            word, _, value = line.partition(" ")
            if word == "begun":
                begun.append(int(value))
            elif word == "done":
                kept.done.add(int(value))
            elif word == "seconds":
                kept.seconds += float(value)
        left = set(begun) - kept.done
        # Every time a block was begun and did not end, it may have come through, whole or in part.
        kept.doubtful = [block for block in begun if block in left] + [
            block for block in kept.done for _ in range(begun.count(block) - 1) if begun.count(block) > 1
        ]
        return kept

    def note(self, word: str, value: float) -> None:
        """Writes a line; it is with the system when this returns."""
        with self.path.open("a") as file:
            file.write(f"{word} {value}\n")
