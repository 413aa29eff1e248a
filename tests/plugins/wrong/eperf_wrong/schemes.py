"""A scheme for each rule."""

from eperf.plugins import Scheme, StagePart
from eperf_wrong import clock, exact, files, hidden, network, randomness, rules


def scheme(name, rule, settings=rules.Nothing):
    return Scheme(name, "1", "Uji", "Test", rules.BASIS, settings, (StagePart("work", rule),))


SCHEMES = [
    scheme("right", rules.right),
    scheme("slow", rules.slow),
    scheme("clock", clock.rule),
    scheme("hidden-clock", hidden.rule),
    scheme("network", network.rule),
    scheme("files", files.rule),
    scheme("randomness", randomness.rule),
    scheme("fails", rules.fails),
    scheme("exact", exact.rule),
    scheme("pure", rules.changes),
    scheme("explained", rules.mute),
    scheme("order", rules.first_come),
    scheme("batches", rules.together),
    scheme("leak", rules.remembers),
    scheme("process", rules.hashes),
    scheme("zone", rules.local),
    scheme("boundary", rules.before_the_last),
    scheme("bounds", rules.too_much),
    scheme("work", rules.punishes_work),
    scheme("absence", rules.pays_absence),
    scheme("missing", rules.zero),
    scheme("settings", rules.guesses, rules.Guessed),
]
