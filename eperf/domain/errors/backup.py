"""What backing up and restoring refuse."""

from __future__ import annotations

from eperf.domain.errors.core import Refused


class BackupDamaged(Refused):
    """An archive is not what was written; `field` names the part of it that is not."""

    code = "BACKUP_DAMAGED"
    text_id = "Bagian {field} dari arsip cadangan rusak: {why}."
    text_en = "The {field} of the backup is damaged: {why}."

    def __init__(self, part: str, why: str) -> None:
        super().__init__(part, None, why=why)


class BackupNewer(Refused):
    """An archive has migrations that this program, or a plugin as it is installed here, does not know."""

    code = "BACKUP_NEWER"
    text_id = "Arsip cadangan memuat {value}, yang tidak dikenal di sini: {why}."
    text_en = "The backup has {value}, which is not known here: {why}."

    def __init__(self, value: str, why: str) -> None:
        super().__init__("backup", value, why=why)


class PlaceNotEmpty(Refused):
    """A restore is only done into an empty place; `value` is what lies there."""

    code = "PLACE_NOT_EMPTY"
    text_id = "Tempat pemulihan tidak kosong: {value}."
    text_en = "The place to restore into is not empty: {value}."


class RestoreUnfinished(Refused):
    """A restore into this place was cut off; it has to be run again, to its end, before anything else is."""

    code = "RESTORE_UNFINISHED"
    text_id = "Pemulihan di {value} terputus; jalankan lagi `eperf restore` dengan arsip yang sama."
    text_en = "A restore into {value} was cut off; run `eperf restore` again with the same archive."
