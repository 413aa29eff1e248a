"""Importing tables of units, employees and catalogue items.

Every good row lands and every bad row comes back with its reasons; a row that is already true changes nothing, so a
file may be imported again, whole or corrected, as often as one likes. Each import is one transaction: a process that is
killed has imported nothing, and the same command does it all.
"""

from eperf.services.imports.catalogue import import_catalogue
from eperf.services.imports.employees import import_employees
from eperf.services.imports.report import ImportReport, Problem, Progress, bad_rows
from eperf.services.imports.units import import_units

__all__ = (
    "ImportReport", "Problem", "Progress", "bad_rows", "import_catalogue", "import_employees", "import_units",
)  # fmt: skip
