"""Places are shared: nobody gets more than their own, and those in trouble never leave the others without any."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from eperf.services.webhook.fair import Places, Wish, room

PLACES = Places()
HOSTS = st.sampled_from(["a", "b", "c", "d"])
WISHES = st.lists(
    st.tuples(HOSTS, st.integers(1, 300), st.integers(1, PLACES.each), st.booleans()), min_size=1, max_size=60
).map(lambda given: [Wish(number, *one) for number, one in enumerate(given, 1)])


@given(WISHES, st.data())
def test_no_bound_is_ever_passed(wishes: list[Wish], data: st.DataObject) -> None:
    flying = [wish for wish in wishes for _ in range(data.draw(st.integers(0, 4)))]
    found = room(PLACES, wishes, flying)
    begun = [wish for wish in wishes for _ in range(found.get(wish.webhook_id, 0))]
    assert len(begun) + len(flying) <= max(PLACES.all, len(flying))
    was, now = Counter(flying), Counter([*flying, *begun])
    for wish in begun:
        assert now[wish] <= (1 if wish.fails else wish.most)
        assert now[wish] - was[wish] <= wish.due
    hosts, before = Counter(wish.host for wish in [*flying, *begun]), Counter(wish.host for wish in flying)
    assert all(hosts[host] <= max(PLACES.host, before[host]) for host in hosts)
    ailing = sum(wish.fails for wish in [*flying, *begun])
    assert ailing <= max(PLACES.failing, sum(wish.fails for wish in flying))


@given(WISHES)
def test_whoever_can_have_a_place_gets_one(wishes: list[Wish]) -> None:
    found = room(Places(host=1_000), wishes, [])
    assert set(found) == {wish.webhook_id for wish in wishes}


def test_any_number_in_trouble_leaves_room_for_one_that_is_well() -> None:
    sick = [Wish(number, f"host-{number}", 200, 4, True) for number in range(1, 1_001)]
    well = Wish(2_000, "well", 200, 4, False)
    first = room(PLACES, sick, [])
    assert sum(first.values()) == PLACES.failing
    flying = [wish for wish in sick if wish.webhook_id in first]
    assert room(PLACES, [*sick, well], flying) == {2_000: 4}


def test_who_has_least_under_way_comes_first() -> None:
    mine, other = Wish(1, "a", 9, 4, False), Wish(2, "b", 9, 4, False)
    assert room(Places(all=3), [mine, other], [mine, mine]) == {2: 1}


def test_webhooks_of_one_host_share_its_places() -> None:
    wishes = [Wish(number, "one", 9, 8, False) for number in range(1, 11)]
    assert sum(room(PLACES, wishes, []).values()) == PLACES.host


def test_a_pace_doubles_while_all_goes_well_and_falls_to_one_when_something_does_not() -> None:
    paces = [PLACES.first]
    for well in (True, True, True, True, False, True):
        paces.append(PLACES.grown(paces[-1], well=well))
    assert paces == [4, 8, 16, 32, 32, 1, 2]
