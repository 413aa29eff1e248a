"""An environment that nobody has used: a new venv with eperf's own wheel, built here and installed without a network.

What eperf depends on is linked from the environment of the tests, so nothing is fetched; eperf itself, its plugins and
whatever else is being worked on there are not.
"""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_SCRIPT = "#!{python}\nimport sys\nfrom {module} import {function}\nsys.exit({function}())\n"
_SCRIPTS = {"pytest": ("pytest", "console_main"), "pip": ("pip._internal.cli.main", "main")}


@dataclass(frozen=True)
class Fresh:
    """The environment: the folder of its programs, and the one of what is installed."""

    bin: Path
    site: Path

    def ran(self, line: str, folder: Path, **more: str) -> str:
        """What a shell line says, run in a folder with nothing of this process's own; it must end well."""
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=folder,
            env={
                "PATH": f"{self.bin}:/usr/bin:/bin",
                "HOME": str(folder),
                "PIP_NO_INDEX": "1",
                "PIP_NO_DEPS": "1",
                "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this switch the wrong way round
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                **more,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def forget(self, package: str) -> None:
        """Takes away what was installed."""
        for one in self.site.glob(f"{package}*"):
            shutil.rmtree(one)


def fresh(folder: Path) -> Fresh:
    """A new environment in a folder."""
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    base = {"base": str(folder / "venv"), "platbase": str(folder / "venv")}
    site = Path(sysconfig.get_path("purelib", "venv", base))
    for one in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if one.suffix != ".pth" and not one.name.startswith(
            ("eperf", "_eperf", "__pycache__", "__editable__")
        ):
            (site / one.name).symlink_to(one)
    for name, (module, function) in _SCRIPTS.items():
        script = python.with_name(name)
        script.write_text(_SCRIPT.format(python=python, module=module, function=function))
        script.chmod(0o755)
    made = Fresh(python.parent, site)
    made.ran(f"pip wheel --quiet --wheel-dir {folder} {ROOT}", folder)
    [wheel] = folder.glob("eperf-*.whl")
    made.ran(f"pip install --quiet --no-compile {wheel}", folder)
    return made
