"""What is refused of people, their numbers, placements and acting officers."""

from __future__ import annotations

from eperf.domain.errors.core import Refused


class BadNip(Refused):
    """An employee number (NIP or NI PPPK) has faults; `faults` names all of them, separated by commas."""

    code = "BAD_NIP"
    text_id = "Nomor induk pegawai {value} tidak sah: {faults}."
    text_en = "The employee number {value} is not valid: {faults}."

    def __init__(self, value: str, faults: tuple[str, ...], field: str = "nip") -> None:
        super().__init__(field, value, faults=", ".join(faults))
        self.errors = faults


class SupervisorCycle(Refused):
    """Somebody would be their own superior on some day, directly or through others."""

    code = "SUPERVISOR_CYCLE"
    text_id = "Pegawai {employee} akan menjadi atasan bagi dirinya sendiri."
    text_en = "Employee {employee} would be their own superior."

    def __init__(self, employee: object, field: str = "supervisor") -> None:
        super().__init__(field, employee, employee=employee)


class PlacementOverlap(Refused):
    """Another placement of the employee begins on that day."""

    code = "PLACEMENT_OVERLAP"
    text_id = "Penempatan lain sudah mulai pada {value}."
    text_en = "Another placement already begins on {value}."


class ActingForOneself(Refused):
    """Officer and incumbent are one person."""

    code = "ACTING_FOR_ONESELF"
    text_id = "Pegawai tidak dapat menjadi pelaksana tugas bagi dirinya sendiri."
    text_en = "Nobody acts for themselves."


class ActingOverlap(Refused):
    """Somebody already acts for the incumbent on one of the days."""

    code = "ACTING_OVERLAP"
    text_id = "Sudah ada pelaksana tugas pada masa itu, mulai {value}."
    text_en = "Somebody already acts for the incumbent at that time, from {value} on."
