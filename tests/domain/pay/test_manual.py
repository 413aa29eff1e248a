"""The examples of docs/pay.md are taken, and every cause that a line can have is explained there."""

from __future__ import annotations

import json
import re
from pathlib import Path

from eperf.domain.pay.circumstance import CircumstanceKind, read
from eperf.plugins.builtin.class_allowance import ClassAllowance
from eperf.plugins.settings import settings_of
from eperf.services.pay import FAILED, UNBOUND
from eperf.testing import assert_settings_are_asked_for

ROOT = Path(__file__).parents[3]
MANUAL = (ROOT / "docs" / "pay.md").read_text()
SOURCES = [*(ROOT / "eperf" / "domain" / "pay").glob("*.py")]


def test_the_settings_of_the_manual_can_be_bound_and_what_it_says_must_be_given_is_asked_for() -> None:
    given = json.loads(re.search(r"```json\n(.*?)```", MANUAL, re.DOTALL)[1])  # type: ignore[index]
    assert settings_of(ClassAllowance(), given).amounts_rp[6] == 3_915_950
    asked = re.findall(r"^\| `(\w+)` \|.*must be given \|$", MANUAL, re.MULTILINE)
    assert asked == ["basis", "class_of", "leave", "eligibility", "punishments"]
    assert_settings_are_asked_for(ClassAllowance(), given, asked)  # type: ignore[arg-type]


def test_the_table_of_the_manual_is_read() -> None:
    [text] = re.findall(r"```\n(nip,.*?)```", MANUAL, re.DOTALL)
    assert [row.kind for row in read(text)] == [CircumstanceKind.STANDING, CircumstanceKind.PUNISHMENT]


def test_every_cause_is_in_the_manual() -> None:
    causes = {cause for path in SOURCES for cause in re.findall(r'Missing\(f?"([a-z-]+)', path.read_text())}
    assert len(causes) > 8
    assert {cause for cause in causes | {UNBOUND, FAILED} if f"`{cause}" not in MANUAL} == set()
