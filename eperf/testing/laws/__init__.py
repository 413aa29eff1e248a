"""The laws of every kind of part by name, and how a part is held to them: `eperf plugins check`.

A plugin's own tests hold it to them with `judgements`, one test for each part and law.
"""

from eperf.testing.laws.check import Bounds, Breach, Judgement, Unjudged, breaches, judgements

__all__ = ["Bounds", "Breach", "Judgement", "Unjudged", "breaches", "judgements"]
