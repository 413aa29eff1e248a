"""R12: thousands of steps on a few activities, by right and wrong callers, against a model of a page."""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from eperf.domain.activity import Decision, Report
from eperf.domain.errors import Conflict, Forbidden, NotFound, Refused
from eperf.services import activity
from eperf.store.activity import ActivityRow, ChangeRow
from eperf.store.deadline import DeadlineRow
from eperf.store.event import EventRow
from tests.support.town import NOW, SINCE, TODAY, Town, build

STEPS = int(os.environ.get("EPERF_R12_STEPS", "400"))
LEADS = {"verify": "verified", "return": "returned", "reject": "rejected"}
SENT = {"draft": "submitted", "submitted": "edited", "returned": "resubmitted"}
KINDS = {
    "submitted": "submitted", "edited": "submitted", "resubmitted": "submitted", "verified": "verified",
    "returned": "returned", "rejected": "rejected", "withdrawn": "verification-withdrawn",
}  # fmt: skip


@dataclass
class Model:
    """What an activity ought to be."""

    state: str
    version: int = 1
    lines: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def moved(self, state: str, line: str | None) -> None:
        """It has come to a state."""
        self.state, self.version = state, self.version + 1
        if line is not None:
            self.lines.append(line)
            self.told.append(KINDS[line])


def expected(model: Model, verb: str, who: str, version: int | None) -> type[Refused] | None:
    """The refusal that a verb of somebody ought to meet; only Budi reports, only Sri and who acts for her decide."""
    stale = version is not None and version != model.version
    if verb in ("save", "send"):
        if who != "Budi":
            return NotFound
        if verb == "save":
            return None if model.state == "draft" else Conflict
        return Conflict if model.state not in SENT or stale else None
    if model.state == "draft":
        return Forbidden if who == "Budi" else NotFound
    if who == "Budi":
        return Forbidden
    if who == "Eka":
        return NotFound
    waits = model.state == ("verified" if verb == "withdraw" else "submitted")
    return Conflict if stale or not waits else None


def follow(model: Model, verb: str) -> None:
    """What a verb that is not refused does."""
    if verb == "save":
        model.moved("draft", None)
    elif verb == "send":
        model.moved("submitted", SENT[model.state])
    elif verb == "withdraw":
        model.moved("returned", "withdrawn")
    else:
        model.moved(LEADS[verb], LEADS[verb])


async def act(town: Town, number: int, verb: str, who: str, version: int | None, report: Report) -> None:
    """The verb itself."""
    call = town.call(who, stands_in_for=("Sri",) if who == "Joko" else ())
    if verb == "save":
        await activity.save_draft(call, report, number)
    elif verb == "send":
        await activity.resubmit(call, number, report, version)
    elif verb == "withdraw":
        await activity.withdraw(call, number, "keliru", version)
    else:
        await activity.decide(call, number, Decision(verb), "alasan", version)


@pytest.mark.fault
@pytest.mark.timeout(1800)
async def test_r12_every_step_does_what_the_model_says_and_leaves_one_line(database: str) -> None:
    town = await build()
    chance = random.Random(12)
    await DeadlineRow.create(
        unit_id=town.units["city"], valid_from=SINCE, legal_basis="Perwal contoh", silence="nothing", withdraw_days=0,
        recorded_at=NOW,
    )  # fmt: skip
    models: dict[int, Model] = {}
    outcomes: Counter[str] = Counter()
    for step in range(STEPS):
        report = Report(town.item, TODAY, 1 + step % 1440, 100, f"langkah {step}")
        living = [number for number, model in models.items() if model.state != "rejected"]
        if len(living) < 3:
            begun = chance.random() < 0.5
            call = town.call("Budi")
            number = await (activity.save_draft(call, report) if begun else activity.submit(call, report))
            models[number] = Model("draft") if begun else Model("submitted", told=["submitted"])
            continue
        number = chance.choice(living if chance.random() < 0.9 else list(models))
        model, verb = models[number], chance.choice(("save", "send", "send", *LEADS, "verify", "withdraw"))
        who = chance.choice(("Budi", "Budi", "Sri", "Sri", "Joko", "Eka"))
        version = chance.choice((None, model.version, model.version, model.version - 1))
        refusal = expected(model, verb, who, version)
        try:
            await act(town, number, verb, who, version, report)
        except Refused as found:
            assert type(found) is refusal, (step, verb, who, version, model)
        else:
            assert refusal is None, (step, verb, who, version, model)
            follow(model, verb)
        outcomes["done" if refusal is None else refusal.__name__] += 1
    assert min(outcomes[name] for name in ("done", "Conflict", "Forbidden", "NotFound")) > STEPS // 50
    for number, model in models.items():
        row = await ActivityRow.get(id=number)
        assert (row.state, row.version) == (model.state, model.version)
        lines = await ChangeRow.filter(activity_id=number).order_by("version")
        assert [line.step for line in lines] == model.lines
        told = await EventRow.filter(subject_type="Activity", subject_id=number).order_by("id")
        assert [event.kind for event in told] == [f"activity.{kind}" for kind in model.told]
