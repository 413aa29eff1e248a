"""The composition gate: plugins' contributions are put together before anything starts, one plugin after the other.

What clashes is left out whole, and named. Names are looked at first, which costs a start some milliseconds; the schema
itself is built once, and only when that fails are plugins tried one by one to find whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from eperf.plugins.api import Contribution
from eperf.plugins.clash import Claim, Clash, Owner
from eperf.plugins.discovery import Candidate
from eperf.plugins.registry import Registry, load, require_all
from eperf.schema.compose import Composed, build, core_names
from eperf.schema.names import Held, Names

_MOST = 300


class SchemaGate:
    """What was taken so far; see `eperf.plugins.registry.Gate`."""

    def __init__(self) -> None:
        self.names = core_names()

    def take(self, contributions: tuple[Contribution, ...]) -> None:
        """The contributions of one plugin, or `Clash`."""
        names = Names(self.names)
        for one in contributions:
            try:
                names.take(one)
            except (Clash, KeyboardInterrupt, GeneratorExit):
                raise
            except BaseException as error:
                raise _unread(one, error) from error
        self.names = names


def composed(
    *, strict: bool = False, candidates: Iterable[Candidate] | None = None, without: Iterable[str] = ()
) -> tuple[Registry, Composed]:
    """The plugins that fit eperf and each other, and the schema of them all; see `eperf.plugins.registry.load`.

    `strict`: raises `PluginsRefused` with every cause.
    """
    gate = SchemaGate()
    registry, schema = _built(load(candidates=candidates, without=without, gate=gate), gate.names)
    return (require_all(registry) if strict else registry), schema


def again(registry: Registry) -> tuple[Registry, Composed]:
    """Fewer of the plugins that were composed before; what cannot be without those that are missing is left out too."""
    return _built(registry, core_names())


def _built(registry: Registry, names: Names) -> tuple[Registry, Composed]:
    try:
        return registry, build(registry.contributions)
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException:
        return _tried(registry, names)


def _tried(registry: Registry, names: Names) -> tuple[Registry, Composed]:
    """The plugins without those with which no schema can be built."""
    schema, kept, refused = build(()), list[Contribution](), dict[str, str]()
    for plugin, given in groupby(registry.contributions, lambda one: one.owner):
        more = list(given)
        try:
            schema = build([*kept, *more])
            kept += more
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:
            refused[plugin] = str(_unbuilt(more[0], error, names))
    return registry.left_out(refused), schema


def _unread(one: Contribution, error: BaseException) -> Clash:
    owner = Owner(one.owner, one.version, None, one.place)
    why = f"of {owner} cannot be read: {type(error).__name__}: {_said(error)}"
    return Clash(Claim("contribution", one.owner, owner), owner, why=why, way="mend it")


def _unbuilt(one: Contribution, error: BaseException, names: Names) -> Clash:
    """The refusal of a plugin with which no schema can be built: whose names the library's message speaks of."""
    text = _said(error)
    mine, other = None, None
    for word in re.findall(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?", text):
        kind, held = _held(word, names)
        if held is not None and held.owner.plugin == one.owner:
            mine = mine or Claim(kind, word, held.owner)
        elif held is not None:
            other = other or held.owner
    claim = mine or Claim("contribution", one.owner, Owner(one.owner, one.version, None, one.place))
    kind = "interface" if "nterface" in text else claim.kind
    first = other or claim.owner
    why = f"of {claim.owner} does not keep what {first} promises: {text}"
    return Clash(Claim(kind, claim.name, claim.owner), first, why=why, way="mend it")


def _held(word: str, names: Names) -> tuple[str, Held | None]:
    for (space, name), held in names.held.items():
        if name == word and (space == "type" or "." in word):
            return held.kind, held
    return "", None


def _said(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:
        return "its message cannot be read"
    plain = " ".join(text.replace("Invalid Schema. Errors:", "").replace("❌", "").split())
    return "".join(letter for letter in plain if letter.isprintable())[:_MOST]
