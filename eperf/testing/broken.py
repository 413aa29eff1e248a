"""How a broken law is told."""

from __future__ import annotations


class LawBroken(AssertionError):
    """A part breaks a law.

    `law` is its name (docs/plugins.md has the list); where they can be told, `rule` is the rule of a scheme that does,
    and `place` the `file:line` where it happens.
    """

    def __init__(self, law: str, why: str, rule: str = "", place: str = "") -> None:
        self.law, self.why, self.rule, self.place = law, why, rule, place
        super().__init__(f"{law}: {why}")


def hold(law: str, condition: bool, otherwise: str, rule: str = "") -> None:
    """Raises `LawBroken` unless the condition is true."""
    if not condition:
        raise LawBroken(law, otherwise, rule)
