"""Who owns a name that no two may share, and the refusal of whoever comes second.

A refusal is read by an operator who knows neither plugin: it names both owners with version, file and line, and two
ways out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from eperf.plugins.discovery import CORE
from eperf.plugins.inspection import place

WITHOUT = "EPERF_PLUGINS_WITHOUT"
"""The setting that leaves plugins out."""


@dataclass(frozen=True)
class Owner:
    """A plugin as the owner of one name; `thing` is the function or class that brings it, `near` is where to look else.

    The place is looked up when somebody wants to read it: reading sources takes longer than a start should.
    """

    plugin: str
    version: str
    thing: object = field(default=None, compare=False)
    near: str = field(default="", compare=False)

    @property
    def place(self) -> str:
        """`file:line` of what brings the name."""
        return place(self.thing) or self.near

    def __str__(self) -> str:
        return " ".join(
            part for part in (self.plugin, self.version, self.place and f"({self.place})") if part
        )


@dataclass(frozen=True)
class Claim:
    """A name of one kind (`device path`, `field`, …) and who wants it."""

    kind: str
    name: str
    owner: Owner


class Clash(Exception):
    """Two owners want one name, or one breaks what another has promised."""

    def __init__(self, claim: Claim, first: Owner, *, why: str = "", way: str = "") -> None:
        self.kind, self.name, self.first, self.second = claim.kind, claim.name, first, claim.owner
        said = why or f"belongs to {first}, and is claimed by {claim.owner} too"
        way = way or "give one of them another name"
        super().__init__(f"{claim.kind} {claim.name} {said}; {way}, or {self._without()}")

    def _without(self) -> str:
        names = dict.fromkeys(one.plugin for one in (self.second, self.first) if one.plugin != CORE)
        return f"leave {'one' if len(names) > 1 else 'it'} out: " + " or ".join(
            f"{WITHOUT}={one}" for one in names
        )


class Claims:
    """What was claimed so far."""

    def __init__(self, held: dict[tuple[str, str], Owner] | None = None) -> None:
        self.held = dict(held or {})

    def with_(self, claims: list[Claim]) -> Claims:
        """These and more; raises `Clash` at the first that is taken, and has then taken none."""
        more = Claims(self.held)
        for claim in claims:
            first = more.held.setdefault((claim.kind, claim.name), claim.owner)
            if first is not claim.owner:
                raise Clash(claim, first)
        return more
