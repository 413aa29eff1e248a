"""Names that mean something to GraphQL itself or to Relay, and are therefore the core's, there or not."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError, assert_name, specified_directives

from eperf import __version__
from eperf.plugins.clash import Claim, Clash, Owner
from eperf.plugins.discovery import CORE

ROOTS = {"Query": "query", "Mutation": "mutation", "Subscription": "subscription"}
"""The root types, and what contributions call their fields."""
RESERVED = frozenset(
    ["Query.node", "Query.nodes", *ROOTS, "Boolean", "Float", "ID", "Int", "String"]
    + [f"@{one.name}" for one in specified_directives]
)
_PAGES = {"Connection": ("edges", "pageInfo"), "Edge": ("node", "cursor")}
_ARGUMENTS: dict[str, tuple[str, type]] = {
    "first": ("Int", int),
    "last": ("Int", int),
    "before": ("String", str),
    "after": ("String", str),
}


def kept(claim: Claim) -> None:
    """Refuses a name that is the core's by the rules of GraphQL or Relay."""
    if claim.owner.plugin != CORE and claim.name in RESERVED:
        _refuse(claim, f"is kept for {_core()} by GraphQL or Relay, and is claimed by {claim.owner}")


def spelt(claim: Claim, name: str) -> None:
    """Refuses what GraphQL cannot spell or keeps for itself."""
    if name.startswith("__"):
        _refuse(claim, f"is kept for {_core()} by GraphQL itself, and is claimed by {claim.owner}")
    try:
        assert_name(name)
    except GraphQLError as wrong:
        raise Clash(claim, claim.owner, why=f"of {claim.owner} is no name: {wrong.message}") from wrong


def pages(claim: Claim, fields: set[str]) -> None:
    """Refuses a type that is called a page, and is none."""
    for ending, needed in _PAGES.items():
        lacking = [one for one in needed if one not in fields]
        if claim.name.endswith(ending) and lacking:
            ours = f"names that end in {ending} are kept for pages of {_core()} by Relay"
            _refuse(claim, f"of {claim.owner} lacks {lacking[0]}: {ours}")


def paging(claim: Claim, name: str, plain: Any) -> None:
    """Refuses an argument that is called as those of pages are, and means something else."""
    shown, meant = _ARGUMENTS.get(name, ("", plain))
    if plain is not meant:
        _refuse(
            claim, f"is kept for pages of {_core()} by Relay, as {shown}, and is claimed by {claim.owner}"
        )


def _refuse(claim: Claim, why: str) -> None:
    raise Clash(claim, _core(), why=why)


def _core() -> Owner:
    return Owner(CORE, __version__, kept)
