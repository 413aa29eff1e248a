"""Installed distributions without an installer: a module and the metadata that an installer would have written."""

from __future__ import annotations

from pathlib import Path


def distribution(
    site: Path, plugin: str, code: str, *, version: str = "1.0", requires: str | None = "eperf>=0.1,<0.2"
) -> Path:
    """Writes `eperf-PLUGIN` into a folder of `sys.path`; gives the path of its module."""
    name, module = f"eperf-{plugin}", f"eperf_{plugin.replace('-', '_')}"
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    needs = f"Requires-Dist: {requires}\n" if requires else ""
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}")
    (info / "entry_points.txt").write_text(f"[eperf]\n{plugin} = {module}\n")
    path = site / f"{module}.py"
    path.write_text(code)
    return path
