"""Random towns: trees of units, people of every role, and something of everybody in every table.

A town is plain rows first (`random_town`), so that what somebody may see can be worked out without the database, and
is written in bulk second (`write`). Every row carries a number of its own in its texts, amounts and instants, and
`marks` finds such numbers in any text: what an answer gives away names its row.
"""

from tests.support.random_town.marker import Marker, marks
from tests.support.random_town.rows import Row, Tables, write
from tests.support.random_town.town import NOW, TODAY, Caller, RandomTown, random_town

__all__ = ["NOW", "TODAY", "Caller", "Marker", "RandomTown", "Row", "Tables", "marks", "random_town", "write"]
