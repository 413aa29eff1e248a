"""Plugins for measuring: ten that are installed and do nothing that is asked for, and one whose fields are asked for.

They are distributions in a folder of their own, found as every other plugin is; the folder is put on the path of one
server, so nothing is installed into the checkout's environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_IDLE = '''"""A field that nobody asks for, and a hook of each light kind."""

from eperf.plugins import hookimpl


@hookimpl
def eperf_api():
    import strawberry

    from eperf.plugins.api import Contribution

    def idle(self) -> str:
        return "idle"

    field = strawberry.field(resolver=idle, description="Nothing.")
    return [Contribution(extends={{"Employee": {{"idle_{number}": field}}, "Activity": {{"idle_{number}": field}}}})]


@hookimpl
def eperf_scoring_schemes():
    return []


@hookimpl
def eperf_event_kinds():
    return []
'''

BATCH: str | None = '''"""Three fields of an employee, each made for all employees of an answer at once."""

from eperf.plugins import hookimpl


def lengths(rows, context):
    return [len(row["name"]) for row in rows]


def initials(rows, context):
    return ["".join(part[0] for part in row["name"].split()) for row in rows]


def shouted(rows, context):
    return [row["name"].upper() for row in rows]


@hookimpl
def eperf_api():
    from eperf.plugins.api import Contribution, batch_field

    fields = {
        "bench_one": batch_field(("name",), lengths, "Letters.", kind=int),
        "bench_two": batch_field(("name",), initials, "Initials.", kind=str),
        "bench_three": batch_field(("name",), shouted, "Loud.", kind=str),
    }
    return [Contribution(extends={"Employee": fields})]
'''
"""The module of a plugin that adds three fields computed for a whole level at once: `BATCH_FIELDS` on an employee."""

BATCH_FIELDS = ("benchOne", "benchTwo", "benchThree")


def idle(folder: Path, count: int = 10) -> Mapping[str, str]:
    """Writes idle plugins; gives the settings of a server that has them."""
    for number in range(1, count + 1):
        _distribution(folder, f"bench-idle-{number}", _IDLE.format(number=number))
    return _path(folder)


def batch(folder: Path) -> Mapping[str, str] | None:
    """Writes the plugin with three batch fields; gives the settings of a server that has it, or None."""
    if BATCH is None:
        return None
    _distribution(folder, "bench-batch", BATCH)
    return _path(folder)


def with_batch_fields(document: str) -> str:
    """A document that asks each employee for the three fields too."""
    return document.replace("kind active", f"kind active {' '.join(BATCH_FIELDS)}")


def _distribution(folder: Path, name: str, source: str) -> None:
    module = name.replace("-", "_")
    package, metadata = folder / module, folder / f"{module}-1.0.dist-info"
    for path in (package, metadata):
        path.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(source)
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: eperf>=0.1\n"
    (metadata / "METADATA").write_text(head)
    (metadata / "entry_points.txt").write_text(f"[eperf]\n{name} = {module}\n")


def _path(folder: Path) -> Mapping[str, str]:
    return {"PYTHONPATH": f"{Path(__file__).parent.parent}:{folder}", "EPERF_PLUGINS_STRICT": "true"}
