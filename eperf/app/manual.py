"""The settings page of the documentation, written from the settings themselves."""

from __future__ import annotations

from pathlib import Path

from eperf.settings import PREFIX, Settings

HEAD = """# Settings

Read from the environment and from an `.env` file in the working folder; the environment wins. A wrong value is
refused by name when the program starts.

| variable | default | meaning |
|---|---|---|
"""


def settings_page() -> str:
    """`docs/settings.md`."""
    return HEAD + "".join(
        f"| `{PREFIX}{name.upper()}` | {_default(field.default)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    )


def _default(value: object) -> str:
    if value is None or value == ():
        return ""
    if isinstance(value, tuple):
        return f"`{','.join(str(one) for one in value)}`"
    if isinstance(value, Path):
        return f"`{value if not value.is_absolute() else '/'.join(value.parts[-4:])}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
