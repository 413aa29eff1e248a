"""What is refused of units, posts and catalogues."""

from __future__ import annotations

from eperf.domain.errors.core import Refused


class Taken(Refused):
    """A code or number that must be unique belongs to something else already."""

    code = "TAKEN"
    text_id = "{field} {value} sudah dipakai."
    text_en = "{field} {value} is already used."


class UnitCycle(Refused):
    """A unit would stand below itself."""

    code = "UNIT_CYCLE"
    text_id = "Unit kerja {unit} tidak dapat berada di bawah dirinya sendiri."
    text_en = "Unit {unit} cannot stand below itself."

    def __init__(self, unit: object, field: str = "parent") -> None:
        super().__init__(field, unit, unit=unit)


class ItemOverlap(Refused):
    """Two versions of a catalogue item would be in force on the same day."""

    code = "ITEM_OVERLAP"
    text_id = "Butir katalog sudah berlaku mulai {other} pada masa yang sama."
    text_en = "A version of the item that begins on {other} is in force at the same time."
