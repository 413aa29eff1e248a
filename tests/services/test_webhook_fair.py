"""Places are shared: nobody gets more than their own, and those in trouble never leave the others without any."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from eperf.services.webhook.fair import Places, Wish, room

PLACES = Places()
HOSTS = st.sampled_from(["a", "b", "c", "d"])
WISHES = st.lists(st.tuples(HOSTS, st.integers(1, 300), st.booleans()), min_size=1, max_size=60).map(
    lambda given: [Wish(number, *one) for number, one in enumerate(given, 1)]
)


@given(WISHES, st.data())
def test_no_bound_is_ever_passed(wishes: list[Wish], data: st.DataObject) -> None:
    flying = {wish.webhook_id: data.draw(st.integers(0, 4)) for wish in wishes}
    hosts = Counter[str]()
    for wish in wishes:
        hosts[wish.host] += flying[wish.webhook_id]
    given_ = room(PLACES, wishes, flying, hosts, 0)
    assert sum(given_.values()) + sum(flying.values()) <= max(PLACES.all, sum(flying.values()))
    for wish in wishes:
        count = given_.get(wish.webhook_id, 0)
        most = PLACES.failing_each if wish.fails else PLACES.each
        assert count <= wish.due
        assert count == 0 or flying[wish.webhook_id] + count <= most
    at_host = Counter[str]()
    for wish in wishes:
        at_host[wish.host] += given_.get(wish.webhook_id, 0)
    for host, count in at_host.items():
        assert count == 0 or hosts[host] + count <= PLACES.host


def test_any_number_in_trouble_leaves_room_for_one_that_is_well() -> None:
    sick = [Wish(number, f"host-{number}", 200, True) for number in range(1, 1_001)]
    well = Wish(2_000, "well", 200, False)
    first = room(PLACES, sick, {}, {}, 0)
    assert sum(first.values()) == PLACES.failing
    flying, hosts = first, {f"host-{number}": 1 for number in first}
    assert room(PLACES, [*sick, well], flying, hosts, PLACES.failing) == {2_000: PLACES.each}


def test_who_has_least_under_way_comes_first() -> None:
    few = Places(all=3)
    wishes = [Wish(1, "a", 9, False), Wish(2, "b", 9, False)]
    assert room(few, wishes, {1: 2}, {"a": 2}, 0) == {2: 1}


def test_webhooks_of_one_host_share_its_places() -> None:
    wishes = [Wish(number, "one", 9, False) for number in range(1, 11)]
    assert sum(room(PLACES, wishes, {}, {}, 0).values()) == PLACES.host
