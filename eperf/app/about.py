"""Of which request, and of whose, a line of the log is: set where a caller is met, read only when something is logged.

A request is a task, and so is an operation of a socket: each sees its own, and what it starts sees it too. Accounts are
named by their numbers; names, tokens and bodies are nobody's who reads a log.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

_NOBODY: tuple[str | None, int | None] = (None, None)
_about: ContextVar[tuple[str | None, int | None]] = ContextVar("eperf_about", default=_NOBODY)


def request(request_id: str, account: int | None = None) -> None:
    """From here on this task works for a request, of an account once it is known."""
    _about.set((request_id, account))


def account(number: int | None) -> None:
    """The request's caller is known."""
    _about.set((_about.get()[0], number))


def with_request(_: object, __: str, event: Any) -> Any:
    """Adds `request` and `account` to a line of the log, unless it says them itself."""
    request_id, number = _about.get()
    if request_id is not None:
        event.setdefault("request", request_id)
    if number:
        event.setdefault("account", number)
    return event
