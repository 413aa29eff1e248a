"""The 17 ranks in their order."""

from __future__ import annotations

import pytest

from eperf.domain.errors import BadInput
from eperf.domain.rank import RANKS, Rank


def test_there_are_seventeen_ranks_in_order_each_followed_by_the_next() -> None:
    assert len(RANKS) == 17
    assert sorted(RANKS) == list(RANKS)
    assert [rank.next for rank in RANKS] == [*RANKS[1:], None]


def test_a_rank_is_read_as_decrees_write_it() -> None:
    assert Rank.parse(" III/a ").name == "Penata Muda"
    assert Rank.parse("IV/e").next is None
    for rank in RANKS:
        assert Rank.parse(rank.code) is rank


@pytest.mark.parametrize("text", ["", "III", "iii/a", "III/e", "V/a", "III/а", "3/a", "III/a\n"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="rank"):
        Rank.parse(text)


def test_a_step_to_another_numeral_crosses_the_golongan() -> None:
    crossings = [rank.code for rank in RANKS if rank.next and rank.crosses_to(rank.next)]
    assert crossings == ["I/d", "II/d", "III/d"]
