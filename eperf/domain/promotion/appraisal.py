"""The predikat of a year's appraisal, in its order.

The vocabulary changed several times; `Cukup` of older records is today's `Butuh Perbaikan`. Who stores an older
record keeps its own word beside the mapped one.
"""

from __future__ import annotations

from enum import IntEnum

from eperf.domain.errors import BadInput


class Predikat(IntEnum):
    """Ordered: higher is better."""

    SANGAT_KURANG = 1
    KURANG = 2
    BUTUH_PERBAIKAN = 3
    BAIK = 4
    SANGAT_BAIK = 5

    @property
    def code(self) -> str:
        """As it is written in data: `sangat_baik`."""
        return self.name.lower()

    @classmethod
    def parse(cls, text: str | None, field: str = "predikat") -> Predikat:
        """Reads a code; a missing predikat is refused like an unknown one, because it is no figure."""
        found = _BY_CODE.get(text or "")
        if found is None:
            raise BadInput(field, text, "not one of " + ", ".join(_BY_CODE))
        return found


_BY_CODE = {predikat.code: predikat for predikat in reversed(Predikat)} | {"cukup": Predikat.BUTUH_PERBAIKAN}
