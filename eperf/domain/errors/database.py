"""What is refused of a database file before anything opens it to write."""

from __future__ import annotations

from eperf.domain.errors.core import Refused


class DatabaseDamaged(Refused):
    """The database's file is not whole; nothing was written to it. `value` is the file."""

    code = "DATABASE_DAMAGED"
    text_id = "Berkas basis data {value} rusak: {why}. Tidak ada yang ditulis ke dalamnya."
    text_en = "The database file {value} is damaged: {why}. Nothing was written to it."

    def __init__(self, path: str, why: str) -> None:
        super().__init__("database_url", path, why=why)
