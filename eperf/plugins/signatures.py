"""Whether a function of a guest is the one that eperf will call: its arguments, its answer, and how it is called.

What was agreed is read from the hook or the protocol itself, so that there is no second list to keep true.
"""

from __future__ import annotations

import difflib
import inspect
import re
import typing
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

_ANYTHING = (Any, object, inspect.Signature.empty)
_LISTS = {"list", "tuple", "Sequence", "List", "Tuple", "Collection", "Iterable"}


def where(function: object) -> str:
    """`file:line` of a function, or its name when it has no source."""
    code = getattr(inspect.unwrap(function) if callable(function) else function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(function)


def nearest(name: str, known: Iterable[str]) -> str:
    """`, did you mean …?` with the known name that is nearest; empty when none is near."""
    near = difflib.get_close_matches(name, list(known), 1)
    return f", did you mean {near[0]}?" if near else ""


def method_fault(member: object, name: str, agreed: Callable[..., Any]) -> str | None:
    """Why a member's method is not the agreed one, with file and line and what to write; None when it is."""
    method = getattr(member, name, None)
    if not callable(method):
        words = [word for word in dir(member) if not word.startswith("_")]
        return f"{type(member).__name__} has no method {name}{nearest(name, words)}; write: {written(name, agreed)}"
    why = _call_fault(method, agreed) or _return_fault(method, agreed)
    if why is None:
        return None
    return f"{name} {why} ({where(method)}); write: {written(name, agreed)}"


def _call_fault(given: Callable[..., Any], agreed: Callable[..., Any]) -> str | None:
    wanted = inspect.iscoroutinefunction(agreed)
    if inspect.isasyncgenfunction(given) or inspect.isgeneratorfunction(given):
        return "yields, it must return"
    if inspect.iscoroutinefunction(given) != wanted:
        return (
            "is not async, it must be a coroutine function"
            if wanted
            else "is async, it must be an ordinary function"
        )
    return _argument_fault(given, _names(agreed))


def _argument_fault(given: Callable[..., Any], wanted: tuple[str, ...]) -> str | None:
    """Names count: a protocol says them, and one who writes (settings, day) means something else than (day, settings).

    A name that begins with an underscore says that the argument is not used.
    """
    parameters = list(inspect.signature(given).parameters.values())
    if any(one.kind is one.VAR_POSITIONAL for one in parameters):
        return None
    by_place = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    if len(by_place) < len(wanted):
        return f"takes ({', '.join(one.name for one in by_place)}), it is given ({', '.join(wanted)})"
    for one, name in zip(by_place, wanted, strict=False):
        if one.name != name and not one.name.startswith("_"):
            return f"has the argument {one.name} where it is given {name}"
    left = [one for one in parameters if one not in by_place[: len(wanted)]]
    needed = [one.name for one in left if one.default is one.empty and one.kind is not one.VAR_KEYWORD]
    return f"has arguments that it is not given: {', '.join(needed)}" if needed else None


def _return_fault(given: Callable[..., Any], agreed: Callable[..., Any]) -> str | None:
    said, wanted = _returned(given), _agreed_return(agreed)
    if said in _ANYTHING or not isinstance(wanted, type) or not isinstance(said, type):
        return None
    return (
        None if issubclass(said, wanted) else f"says that it returns {said.__name__}, not {wanted.__name__}"
    )


def list_fault(
    hook: Callable[..., Any], kind: str, others: Iterable[str], able: Callable[[type], bool]
) -> str | None:
    """Why the annotation of a hook's answer is not a list of `kind`; None when it is, is missing or cannot be read.

    `others`: the kinds of the other hooks; `able`: whether a class of the guest's own may be one of this kind.
    """
    said = _returned(hook)
    if said in _ANYTHING:
        return None
    outer: str
    inner: Any
    if isinstance(said, str):
        outer, inner = _words(said)
    else:
        outer = getattr(typing.get_origin(said) or said, "__name__", "")
        inner = next(iter(typing.get_args(said)), None)
    if outer not in _LISTS:
        return f"says that it returns {_shown(said)}, not a list of {kind}"
    word = inner if isinstance(inner, str) else getattr(typing.get_origin(inner) or inner, "__name__", "")
    if isinstance(inner, type) and inner not in (object, type) and word != kind and not able(inner):
        return f"says that it returns {word}, not {kind}"
    return f"says that it returns {word}, not {kind}" if word != kind and word in set(others) else None


def _returned(function: Callable[..., Any]) -> Any:
    """The annotation of the answer: a type, its text where it names what only type checkers import, or empty."""
    plain = getattr(function, "__func__", function)
    plain = plain if inspect.isroutine(plain) else type(plain).__call__
    try:
        found = typing.get_type_hints(plain).get("return", inspect.Signature.empty)
    except Exception:
        found = getattr(plain, "__annotations__", {}).get("return", inspect.Signature.empty)
    return found


def _words(text: str) -> tuple[str, str]:
    """The names of `Sequence[module.Scheme[Any]]`: the outer and the inner one."""
    names = [word.rpartition(".")[2] for word in re.findall(r"[A-Za-z_][\w.]*", text)]
    outer, inner, *_ = [*names, "", ""]
    return outer, inner


def _shown(said: Any) -> str:
    return said if isinstance(said, str) else getattr(said, "__name__", None) or str(said)


@cache
def _agreed_return(agreed: Callable[..., Any]) -> Any:
    return _returned(agreed)


@cache
def _names(agreed: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(name for name in inspect.signature(agreed).parameters if name != "self")


def written(name: str, agreed: Callable[..., Any]) -> str:
    """How a method is written that is the agreed one."""
    returned = inspect.signature(agreed).return_annotation
    answer = "" if returned is inspect.Signature.empty else f" -> {_shown(returned)}"
    begin = "async def" if inspect.iscoroutinefunction(agreed) else "def"
    return f"{begin} {name}({', '.join(['self', *_names(agreed)])}){answer}"
