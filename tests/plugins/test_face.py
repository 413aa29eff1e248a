from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import eperf.plugins
import eperf.plugins.parts
import eperf.plugins.pay
import eperf.plugins.rules
import eperf.plugins.samples
import eperf.plugins.service
import eperf.plugins.sources
import eperf.testing
import eperf.testing.laws
from eperf.plugins import hookspecs
from eperf.plugins.inspection import hook_names

MANUAL = Path(__file__).parents[2] / "docs" / "plugins.md"


def loaded_by(statement: str) -> set[str]:
    program = f"import sys\n{statement}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


FACES = (
    eperf.plugins,
    eperf.plugins.parts,
    eperf.plugins.pay,
    eperf.plugins.rules,
    eperf.plugins.samples,
    eperf.plugins.service,
    eperf.plugins.sources,
    eperf.testing,
    eperf.testing.laws,
)
FRAMEWORKS = {"strawberry", "graphql", "tortoise", "starlette", "pydantic", "uvicorn", "asyncpg", "aiosqlite"}


def test_importing_the_face_loads_no_framework() -> None:
    assert (
        not loaded_by(
            "import eperf.plugins, eperf.plugins.parts, eperf.plugins.pay, eperf.plugins.rules, eperf.plugins.service, eperf.testing"
        )
        & FRAMEWORKS
    )


def test_starting_the_registry_without_api_contributions_loads_no_framework() -> None:
    program = (
        "from eperf.plugins.registry import installed, load\nload(strict=True, candidates=installed()[:1])"
    )
    assert not loaded_by(program) & FRAMEWORKS


def test_the_api_face_loads_strawberry_and_neither_orm_nor_server() -> None:
    loaded = loaded_by("import eperf.plugins.api")
    assert "strawberry" in loaded
    assert not loaded & {"tortoise", "starlette", "uvicorn"}


def test_every_hook_is_in_the_manual_with_an_example_in_its_docstring() -> None:
    manual = MANUAL.read_text()
    for name in hook_names():
        hook = getattr(hookspecs, name)
        assert f"`{name}`" in manual, f"{name} is not in docs/plugins.md"
        text = inspect.getdoc(hook) or ""
        assert "Example" in text
        assert f"def {name}():" in text
        assert "@hookimpl" in text


def test_the_manual_names_no_hook_that_does_not_exist() -> None:
    named = set(re.findall(r"`(eperf_[a-z_]+)`", MANUAL.read_text()))
    assert named == set(hook_names())


def test_every_public_name_of_the_faces_is_documented() -> None:
    manual = MANUAL.read_text()
    for face in FACES:
        for name in face.__all__:
            member = getattr(face, name)
            assert f"`{name}`" in manual, f"{face.__name__}.{name} is not in docs/plugins.md"
            if inspect.isclass(member) or inspect.isfunction(member):
                assert inspect.getdoc(member), f"{face.__name__}.{name} has no docstring"


def test_the_faces_list_their_names_in_order() -> None:
    for face in FACES:
        assert len(set(face.__all__)) == len(face.__all__)
        assert all(hasattr(face, name) for name in face.__all__)
