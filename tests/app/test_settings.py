"""Settings: one documented place, wrong values refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from eperf.app.manual import settings_page
from eperf.settings import SettingsRefused, read

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"


def test_every_setting_is_documented() -> None:
    assert PAGE.read_text() == settings_page()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EPERF_PORT", "many"),
        ("EPERF_PORT", "70000"),
        ("EPERF_DATABASE_URL", "mysql://x"),
        ("EPERF_LOG_LEVEL", "loud"),
        ("EPERF_REQUEST_SECONDS", "0"),
        ("EPERF_INTROSPECTION", "sometimes"),
        ("EPERF_WORKER", "perhaps"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsRefused, match=name):
        read()


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPERF_PORT", "x")
    monkeypatch.setenv("EPERF_DATABASE_POOL", "0")
    with pytest.raises(SettingsRefused) as refused:
        read()
    assert "EPERF_PORT" in str(refused.value)
    assert "EPERF_DATABASE_POOL" in str(refused.value)


def test_an_env_file_is_read_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(
        "EPERF_PORT=8123\nEPERF_HOST=127.0.0.2\nEPERF_ALLOWED_ORIGINS=https://a.example, https://b.example\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EPERF_PORT", "8124")
    found = read()
    assert (found.port, found.host) == (8124, "127.0.0.2")
    assert found.allowed_origins == ("https://a.example", "https://b.example")
