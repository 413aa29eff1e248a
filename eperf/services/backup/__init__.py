"""Backups: an installation in one archive, made while it serves, and put into an empty place.

An archive holds `head.json` (what it is), the database in pieces, the server's secret, every content of the data folder
under its hash, `manifest.json` (the digest of every piece) and `seal.txt` (the manifest's). See `docs/operate.md`.
"""

from eperf.services.backup.form import Contents, Head
from eperf.services.backup.mark import is_unfinished, last_made
from eperf.services.backup.reading import check
from eperf.services.backup.restoring import restore
from eperf.services.backup.writing import Made, backup

__all__ = ["Contents", "Head", "Made", "backup", "check", "is_unfinished", "last_made", "restore"]
