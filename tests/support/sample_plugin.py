"""The sample plugin as a machine has it installed: its package and what pip writes beside it, in a folder of its own.

Version 2 is version 1 with a migration, a column, a field and an argument more.
"""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

from tortoise.backends.base.executor import EXECUTOR_CACHE

SOURCE = Path(__file__).parents[2] / "plugins_contrib" / "eperf-sample"
SECOND = Path(__file__).parents[1] / "plugins" / "sample_2"
_POINTS = """[eperf]
sample = eperf_sample
"""
_META = '    class Meta:\n        table = "sample_commendation"'
_LEVEL = '    level = fields.CharField(max_length=16, default="unit", db_default="unit")\n\n'
_REASON = '    reason: str = strawberry.field(description="Why.")'
_SHOWN = '\n    level: str = strawberry.field(description="Of what.")'
_CHANGED = (
    ("models.py", _META, _LEVEL + _META),
    ("graph.py", _REASON, _REASON + _SHOWN),
    ("graph.py", "reason=row.reason)", "reason=row.reason, level=row.level)"),
)


def install(site: Path, version: str) -> None:
    """Puts a version of it into a folder that is on the path, in place of any other."""
    uninstall(site)
    package = site / "eperf_sample"
    shutil.copytree(SOURCE / "eperf_sample", package, ignore=shutil.ignore_patterns("__pycache__"))
    if version.startswith("2"):
        shutil.copy(SECOND / "0002_level.py", package / "migrations")
        for name, before, after in _CHANGED:
            path = package / name
            text = path.read_text()
            assert text.count(before) == 1, f"{name}: {before}"
            path.write_text(text.replace(before, after))
    told = site / f"eperf_sample-{version}.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: eperf-sample\nVersion: {version}\nRequires-Dist: eperf<0.2,>=0.1\n"
    )
    (told / "entry_points.txt").write_text(_POINTS)
    forget()


def uninstall(site: Path) -> None:
    """Takes it away."""
    site.mkdir(exist_ok=True)
    for found in site.iterdir():
        shutil.rmtree(found)
    forget()


def forget() -> None:
    """This process has not seen it: what another version left in its caches would be what no restart knows."""
    for name in [one for one in sys.modules if one.partition(".")[0] == "eperf_sample"]:
        del sys.modules[name]
    EXECUTOR_CACHE.clear()
    importlib.invalidate_caches()
