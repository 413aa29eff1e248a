"""Single figures: may this count, rate, total or mean be published?

Each function answers for one figure by itself. Figures that add up to published totals are judged together, in
`table`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from eperf.domain.count import whole_count
from eperf.domain.errors import BadInput
from eperf.domain.number import positive, sized
from eperf.domain.scoring.rounding import half_up


def count_hidden(count: int | None, least: int) -> bool:
    """Whether a count is hidden: everything below `least`, none included, and what is not known."""
    _at_least_one(least)
    if count is None:
        return True
    return whole_count("count", count) < least


def counts_hidden(counts: Sequence[int | None], least: int) -> list[bool]:
    """`count_hidden` for a row of counts without a published total."""
    return [count_hidden(count, least) for count in counts]


def rate_published(numerator: int, denominator: int, least: int, *, hide_full_share: bool = True) -> bool:
    """Whether a rate may be published: its base is large enough, and it does not tell about everybody.

    Four of six tells about six people, two of forty about forty: the base counts, not the numerator. "None of
    n" and "all of n" tell about every single one, whatever n is.
    """
    _at_least_one(least)
    whole_count("numerator", numerator, whole_count("denominator", denominator))
    if denominator < least:
        return False
    return not (hide_full_share and is_full_share(numerator, denominator))


def is_full_share(numerator: int, denominator: int) -> bool:
    """Whether the share is 0 or 100 per cent."""
    return numerator in (0, denominator)


def total_published(contributions: Sequence[Decimal], most_pct: Decimal = Decimal(80)) -> bool:
    """Whether a total may be published: nobody gives more than `most_pct` of it. A total of nobody is not."""
    for one in contributions:
        sized("contributions", one)
    sizes = [abs(Fraction(one)) for one in contributions]
    return bool(sizes) and max(sizes) * 100 <= Fraction(most_pct) * sum(sizes)


def published_mean(values: Sequence[Decimal], least: int, decimals: int = 0) -> Decimal | None:
    """The mean of at least `least` values, half-up to `decimals`; None when there are fewer.

    The lowest and the highest value belong to one person each, so there is no function for them.
    """
    _at_least_one(least)
    if not 0 <= decimals <= 2:
        raise BadInput("decimals", decimals, "not between 0 and 2")
    if len(values) < least:
        return None
    mean = sum((Fraction(value) for value in values), Fraction(0)) / len(values)
    return Decimal(half_up(mean * 10**decimals)).scaleb(-decimals)


def _at_least_one(least: int) -> None:
    positive("min_publishable", whole_count("min_publishable", least))
