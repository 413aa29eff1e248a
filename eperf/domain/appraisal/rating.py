"""Rating behaviour (penilaian perilaku): who is asked, and how their ratings become one figure a dimension.

Superior, peers, subordinates and the person themselves rate in a round. Peers and subordinates are anonymous: of a role
with fewer raters than its minimum nothing is used and nothing is shown, and no minimum of theirs is below three,
because a leader who reads the figure may be one of the raters, and two ratings less one's own are somebody's.
[default] Shares, minimum and the rule for missing raters are set for each round; the sources are silent about them.

The means of roles are exact; the figure is rounded half-up to hundredths, once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from eperf.domain.errors import BadInput
from eperf.domain.scoring.rounding import half_up
from eperf.domain.text import bounded

LEAST_ANONYMOUS = 3
MOST_RATERS = 50
FULL_SHARE_H = 100_00


class RaterRole(StrEnum):
    """As what somebody rates."""

    SUPERIOR = "superior"
    PEER = "peer"
    SUBORDINATE = "subordinate"
    SELF = "self"


ANONYMOUS = frozenset({RaterRole.PEER, RaterRole.SUBORDINATE})


class MissingRaters(StrEnum):
    """What happens to the share of a role that has too few raters."""

    REDISTRIBUTE = "redistribute"
    """It is spread over the roles that have enough, in proportion to their shares."""
    TO_SUPERIOR = "to_superior"
    """It goes to the superior's rating; without one there is no figure."""
    NO_SCORE = "no_score"
    """There is no figure."""


@dataclass(frozen=True)
class RoleRule:
    """A role in a round: its share in hundredths of a per cent point, fewest and most raters."""

    role: RaterRole
    share_h: int
    minimum: int
    most: int


def checked_roles(roles: Sequence[RoleRule]) -> tuple[RoleRule, ...]:
    """The roles of a round, if they fit together; refuses by the path of the field."""
    if len({one.role for one in roles}) < len(roles):
        raise BadInput("roles", [one.role for one in roles], "names a role twice")
    for place, one in enumerate(roles):
        least = LEAST_ANONYMOUS if one.role in ANONYMOUS else 1
        top = MOST_RATERS if one.role in ANONYMOUS else 1
        bounded(f"roles.{place}.share", one.share_h, 1, FULL_SHARE_H)
        bounded(f"roles.{place}.minimum", one.minimum, least, top)
        bounded(f"roles.{place}.most", one.most, one.minimum, top)
    total = sum(one.share_h for one in roles)
    if total != FULL_SHARE_H:
        raise BadInput("roles", f"{total / 100:g}", "the shares sum to 100.00")
    if {one.role for one in roles} == {RaterRole.SELF}:
        raise BadInput("roles", "self", "nobody is rated by themselves alone")
    return tuple(sorted(roles, key=lambda one: list(RaterRole).index(one.role)))


@dataclass(frozen=True)
class Colleague:
    """Somebody who is rated or rates: their number, and their superior's."""

    employee_id: int
    supervisor_id: int | None


@dataclass(frozen=True)
class Invitation:
    """Who is to rate whom, as what."""

    employee_id: int
    rater_id: int
    role: RaterRole


def invitations(
    rated: Iterable[Colleague], everybody: Iterable[Colleague], roles: Sequence[RoleRule], salt: str
) -> list[Invitation]:
    """Who rates whom, by whose superior is whose; `everybody` are those who can be asked.

    Of more peers or subordinates than a role takes, those are asked whom `salt`, which nobody is shown, draws.
    """
    reports: dict[int, list[int]] = {}
    present: set[int] = set()
    for one in everybody:
        present.add(one.employee_id)
        if one.supervisor_id is not None:
            reports.setdefault(one.supervisor_id, []).append(one.employee_id)
    found = []
    for person in sorted(rated, key=lambda one: one.employee_id):
        for rule in roles:
            asked = sorted(set(_candidates(person, rule.role, reports)) & present)
            chosen = sorted(asked, key=lambda rater: _drawn(salt, person.employee_id, rater))[: rule.most]
            found += [Invitation(person.employee_id, rater, rule.role) for rater in sorted(chosen)]
    return found


def _candidates(person: Colleague, role: RaterRole, reports: Mapping[int, Sequence[int]]) -> Sequence[int]:
    own, above = person.employee_id, person.supervisor_id
    if role is RaterRole.SELF:
        return [own]
    if role is RaterRole.SUPERIOR:
        return [above] if above is not None else []
    if role is RaterRole.SUBORDINATE:
        return [one for one in reports.get(own, ()) if one not in (own, above)]
    return [one for one in reports.get(above, ()) if one != own] if above is not None else []


def _drawn(salt: str, employee_id: int, rater_id: int) -> bytes:
    return hashlib.sha256(f"{salt}:{employee_id}:{rater_id}".encode()).digest()


def checked_scores(
    scores: Mapping[str, int], dimensions: Iterable[str], lowest_h: int, highest_h: int
) -> dict[str, int]:
    """A rating, one figure for each dimension of the round and none beside; refuses by the path of the field."""
    wanted = list(dimensions)
    for name in scores:
        if name not in wanted:
            raise BadInput("scores", name, "not a dimension of this round")
    for name in wanted:
        if name not in scores:
            raise BadInput("scores", name, "the dimension has no rating")
        bounded(f"scores.{name}", scores[name], lowest_h, highest_h)
    return {name: scores[name] for name in wanted}


@dataclass(frozen=True)
class RoleMean:
    """What a role with enough raters found: how many they were and their mean in hundredths, half-up."""

    role: RaterRole
    raters: int
    score_h: int


@dataclass(frozen=True)
class Combined:
    """A dimension of a person: the figure (None: too few raters), the raters in it, and the roles that may be shown."""

    score_h: int | None
    raters: int
    roles: tuple[RoleMean, ...]

    @property
    def state(self) -> str:
        """`enough` or `too_few`."""
        return "too_few" if self.score_h is None else "enough"


def combined(
    given: Mapping[RaterRole, Sequence[int]], roles: Sequence[RoleRule], missing: MissingRaters
) -> Combined:
    """The figure of one dimension from the ratings by role (hundredths).

    What a role with too few raters gave is not looked at. A self-rating alone never makes a figure.
    """
    enough = {
        one.role: given.get(one.role, ()) for one in roles if len(given.get(one.role, ())) >= one.minimum
    }
    shown = tuple(RoleMean(role, len(found), half_up(_mean(found))) for role, found in sorted(enough.items()))
    shares = _shares(roles, set(enough), missing)
    if shares is None:
        return Combined(None, 0, shown)
    whole = sum(shares.values())
    figure = sum((_mean(enough[role]) * share for role, share in shares.items()), Fraction(0)) / whole
    return Combined(half_up(figure), sum(len(enough[role]) for role in shares), shown)


def _mean(found: Sequence[int]) -> Fraction:
    return Fraction(sum(found), len(found))


def _shares(
    roles: Sequence[RoleRule], enough: set[RaterRole], missing: MissingRaters
) -> dict[RaterRole, int] | None:
    """What each role with enough raters counts; None when there is no figure."""
    found = {one.role: one.share_h for one in roles if one.role in enough}
    if not found.keys() - {RaterRole.SELF}:
        return None
    lost = FULL_SHARE_H - sum(found.values())
    if not lost or missing is MissingRaters.REDISTRIBUTE:
        return found
    if missing is MissingRaters.NO_SCORE or RaterRole.SUPERIOR not in found:
        return None
    return {**found, RaterRole.SUPERIOR: found[RaterRole.SUPERIOR] + lost}
