"""`eperf plugins check`: parts with one thing wrong each are told by law, example, file and line; right ones pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from eperf.app.cli import app
from eperf.testing import LawBroken
from eperf.testing.laws.case import Law
from eperf.testing.laws.check import Bounds, Breach, Judgement, breaches, check, judgements
from eperf.testing.laws.others import DETECTOR_LAWS, POLICY_LAWS
from eperf.testing.laws.schemes import SCHEME_LAWS
from eperf.testing.laws.sources import SOURCE_LAWS

WRONG = Path(__file__).parent / "wrong"
CODE = WRONG / "eperf_wrong"
BOUNDS = Bounds(examples=2, seconds=0.5)
"""Two examples: a month in which all is known, and one in which it is not."""
BRIEF, ENDLESS = replace(BOUNDS, examples=1), 0.1
RIGHT = ("right", "lines", "refuses", "day-right", "hint-right")
SAME_LAW = {"hidden-clock": "clock"}


LINES = {
    "clock": "datetime.now()",
    "hidden-clock": '"to" + "day"',
    "network": "socket.socket()",
    "files": "Path(__file__)",
    "randomness": "random.randrange(6)",
    "exact": "0.1",
    "slow": "while frame",
    "fails": "replace(day=30)",
    "truncated": "raise IndexError",
    "hostile": 'body.decode("ascii")',
    "day-fails": "1 // 0",
    "hint-fails": "1 // 0",
    "settings": 'part("wrong.settings"',
}
"""The line that is named where the fault stands in one; of the others it is the rule, the class or the function."""
for _name in "pure explained order batches leak process zone boundary bounds work absence missing".split():
    LINES[_name] = f'part("wrong.{_name}"'
for _name in "serial counted faithful duplicate resent late unordered drift undefined sound closed".split():
    LINES[_name] = f"class {_name.title()}"
_LOOKS = "clock network files randomness".split()
LINES |= {f"{kind}-{name}": f'"{name}": lambda' for kind in ("day", "hint") for name in _LOOKS}
LINES |= {f"{kind}-slow": "while True" for kind in ("day", "hint")}
LINES |= {"day-pure": "class Policy", "hint-pure": "def find", "hint-evident": "def find"}


def line_at(place: str) -> str:
    path, _, number = place.rpartition(":")
    assert Path(path).is_relative_to(CODE)
    return Path(path).read_text().splitlines()[int(number) - 1]


def judged() -> list[Judgement]:
    found = list(check(str(WRONG), BOUNDS))
    assert not [one for one in found if isinstance(one, Breach)]
    return [one for one in found if isinstance(one, Judgement)]


JUDGED = judged()
PARTS = sorted({one.key.partition("/")[2] for one in JUDGED})
WRONG_PARTS = [name for name in PARTS if name not in RIGHT]


def expected(part: str) -> str:
    return SAME_LAW.get(part, re.sub(r"^(day|hint)-", "", part))


def judgements_of(part: str, judged: Iterable[Judgement] = JUDGED) -> Iterator[Judgement]:
    """What a part is judged by; one that does not end is asked for nothing else.

    A wrong part gets two examples for its own law, and one for each of those that it must keep.
    """
    for one in judged:
        endless = expected(part) == "slow" and one.law.name != "slow"
        # Another process for each of them would take longer than all else together.
        elsewhere = one.law.name == "process" and part not in ("right", "process")
        if one.key == f"wrong/{part}" and not endless and not elsewhere:
            own = part in RIGHT or one.law.name == expected(part)
            yield one if own else replace(one, bounds=BRIEF)


BREACHES: dict[str, Breach | None] = {}


def breach_of(one: Judgement) -> Breach | None:
    """What is found, looked for once: the same seed says the same, as a test below shows."""
    if str(one) not in BREACHES:
        shorter = replace(one, case=replace(one.case, seconds=ENDLESS)) if one.law.name == "slow" else one
        BREACHES[str(one)] = (shorter if expected(part_of(one)) == "slow" else one).breach()
    return BREACHES[str(one)]


def part_of(one: Judgement) -> str:
    return one.key.partition("/")[2]


def told(part: str, judged: Iterable[Judgement] = JUDGED) -> list[Breach]:
    return [breach for one in judgements_of(part, judged) if (breach := breach_of(one))]


@pytest.mark.parametrize("part", RIGHT)
def test_a_right_part_keeps_every_law(part: str) -> None:
    assert told(part) == []


@pytest.mark.parametrize("part", WRONG_PARTS)
def test_a_wrong_part_is_told_by_its_law_and_by_no_other(part: str) -> None:
    [breach] = told(part)
    assert (breach.plugin, breach.part, breach.law) == ("wrong", f"wrong/{part}", expected(part))
    assert breach.why
    assert LINES[part] in line_at(breach.place), breach.place


KINDS: dict[str, tuple[str, tuple[Law[Any, Any], ...]]] = {
    "SCHEME_LAWS": ("", SCHEME_LAWS),
    "SOURCE_LAWS": ("", SOURCE_LAWS),
    "POLICY_LAWS": ("day-", POLICY_LAWS),
    "DETECTOR_LAWS": ("hint-", DETECTOR_LAWS),
}
LAWS = [(laws, prefix, law) for laws, (prefix, known) in KINDS.items() for law in known]


@pytest.mark.parametrize(("laws", "prefix", "law"), LAWS, ids=lambda one: getattr(one, "name", str(one)))
def test_without_a_law_its_planted_fault_and_no_other_is_missed(
    laws: str, prefix: str, law: Law[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No law can be taken out of the kit: what it alone finds is then found by nothing."""
    planted = [part for part in WRONG_PARTS if part.startswith(prefix) and expected(part) == law.name]
    planted = [part for part in planted if prefix or not part.startswith(("day-", "hint-"))]
    assert planted
    left = tuple(one for one in KINDS[laws][1] if one is not law)
    monkeypatch.setattr(f"eperf.testing.laws.check.{laws}", left)
    judged_without = judged()
    missed = [part for part in WRONG_PARTS if not told(part, judged_without)]
    assert missed == planted


def test_there_are_at_least_twelve_wrong_schemes_and_eight_wrong_sources() -> None:
    schemes, sources = ({law.name for law in laws} for laws in (SCHEME_LAWS, SOURCE_LAWS))
    assert len(schemes & set(WRONG_PARTS)) >= 12
    assert len(sources & set(WRONG_PARTS)) >= 8


def example_of(part: str) -> list[str]:
    [breach] = told(part)
    return breach.example.splitlines()


@pytest.mark.parametrize("part", ["missing", "boundary", "absence", "leak", "pure", "batches"])
def test_one_person_or_two_are_enough_of_a_month(part: str) -> None:
    month, *people = example_of(part)
    assert month.startswith("month 20")
    assert all(row.startswith("employees: ") for row in people)
    assert len(people) == (2 if part == "batches" else 1)


def test_two_activities_of_one_person_show_that_their_order_counts() -> None:
    kinds = [row.partition(":")[0] for row in example_of("order")[1:]]
    assert kinds == ["employees", "activities", "activities"]


@pytest.mark.parametrize(
    ("part", "records"),
    [("counted", 5), ("faithful", 1), ("duplicate", 1), ("unordered", 2), ("drift", 1), ("undefined", 1)],
)
def test_the_fewest_records_that_show_it_are_left_of_an_upload(part: str, records: int) -> None:
    assert [row.startswith("tap: pin=") for row in example_of(part)] == [True] * records


def test_a_day_is_left_with_what_shows_the_fault() -> None:
    [day] = example_of("day-fails")
    assert re.fullmatch(r"day \d{4}-\d\d-\d\d: \w+ \d\d:\d\d, \w+ \d\d:\d\d", day)


def test_the_same_seed_says_the_same_and_another_looks_elsewhere() -> None:
    [one] = [one for one in JUDGED if one.key == "wrong/order" and one.law.name == "order"]
    other = replace(one, bounds=replace(BOUNDS, seed=7))
    assert one.breach() == one.breach() != other.breach()


def test_when_no_time_is_left_the_rest_is_told_as_not_judged() -> None:
    found = list(breaches(str(WRONG), replace(BOUNDS, most_seconds=-1)))
    assert {one.law for one in found} == {"unjudged"}
    assert len(found) == len(JUDGED)


def test_a_part_that_does_not_end_is_asked_for_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = [
        replace(one, case=replace(one.case, seconds=ENDLESS)) for one in JUDGED if one.key == "wrong/slow"
    ]
    monkeypatch.setattr("eperf.testing.laws.check.check", lambda target, bounds: iter(mine))
    [breach] = breaches("wrong", BOUNDS)
    assert (breach.law, breach.why) == ("slow", f"does not end within {ENDLESS} s")


def written(folder: Path, module: str, groups: str = "") -> str:
    package = f"eperf_{folder.name}"
    (folder / package).mkdir(parents=True)
    (folder / package / "__init__.py").write_text(module)
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "{folder.name}"\nversion = "1"\ndependencies = ["eperf>=0.1,<0.2"]\n'
        f'[project.entry-points.eperf]\n{folder.name} = "{package}"\n{groups}'
    )
    return str(folder)


def test_a_plugin_that_does_not_fit_is_told_with_the_cause(tmp_path: Path) -> None:
    [breach] = breaches(written(tmp_path / "misfit", "def eperf_scorings(): ..."))
    assert (breach.plugin, breach.law) == ("misfit", "fits")
    assert "unknown hook eperf_scorings" in breach.why


def test_a_source_that_nobody_shows_how_to_feed_is_told(tmp_path: Path) -> None:
    module = "from eperf.plugins import hookimpl\nfrom eperf.plugins.builtin.adms import AdmsPush\n"
    hook = "@hookimpl\ndef eperf_attendance_sources():\n    return [AdmsPush()]\n"
    target = written(tmp_path / "unfed", module + hook)
    [breach] = breaches(target)
    assert (breach.law, breach.part) == ("sample", "unfed/adms-push")
    assert "SourceSample" in breach.why
    [unjudged] = judgements(target)
    with pytest.raises(LawBroken, match="SourceSample"):
        unjudged.hold()


def test_what_a_judgement_raises_tells_the_whole_story() -> None:
    [one] = [one for one in JUDGED if str(one) == "wrong/late-late"]
    with pytest.raises(
        LawBroken, match=r"wrong/late breaks late: .*\n  at .*sources.py:\d+\n    tap: "
    ) as broken:
        one.hold()
    assert broken.value.law == "late"


def invoked(*words: str) -> Result:
    return CliRunner().invoke(app, ["plugins", "check", *words])


def test_the_command_says_where_what_breaks_and_exits_with_1(tmp_path: Path) -> None:
    done = invoked(written(tmp_path / "odd", "def eperf_scorings(): ..."))
    assert done.exit_code == 1
    assert "odd breaks fits" in done.output
    assert "1 laws broken" in done.output


def test_the_command_is_content_with_an_installed_plugin_by_its_name() -> None:
    done = invoked("ministry-ladder", "--examples", "1")
    assert (done.exit_code, done.output) == (0, "ministry-ladder: every law holds\n")


@pytest.mark.parametrize("target", ["nobody", "."])
def test_the_command_refuses_what_is_no_plugin(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert invoked(target).exit_code == 2


def test_a_contribution_that_cannot_be_composed_with_eperf_is_told_by_the_command(tmp_path: Path) -> None:
    module = (
        "from eperf.plugins import hookimpl\n\n\n@hookimpl\ndef eperf_api():\n"
        "    from eperf.plugins.api import Contribution, sql_field\n\n"
        '    return [Contribution(extends={"Employee": {"name": sql_field("{nip}", "Taken.", kind=str)}})]\n'
    )
    done = invoked(written(tmp_path / "taken", module))
    assert done.exit_code == 1
    assert "taken breaks composes: field Employee.name belongs to eperf " in done.output
