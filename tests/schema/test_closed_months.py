"""Closed months, their entries, appeals and trials as a frontend meets them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eperf.adapters.broker import Bell
from eperf.domain.access import Role
from eperf.schema.context import Context
from eperf.schema.ids import global_id
from eperf.services.appeal import raise_appeal, refuse, settle_accepted
from eperf.services.closing import freeze_closing
from eperf.services.what_if import run_trials
from eperf.store import log
from eperf.store.file import FileRow
from eperf.store.scoring import ScoreRow
from tests.schema.conftest import SCHEMA, Ask
from tests.support.closed import POINTS, adjusted, blobs, chosen, closed, scored, with_appeals, worked
from tests.support.town import NOW, Town

PERSONNEL, PLUGINS = (Role.PERSONNEL_ADMIN, "city"), (Role.PLUGIN_ADMIN, "city")
HEAD = (Role.UNIT_LEADER, "city")
CLOSE = """mutation($in: ClosePeriodInput!) { closePeriod(input: $in) {
  ... on Closing { id period state people unit { code } askedBy { name } } ... on Problem { code field message } } }"""
RAISE = """mutation($in: RaiseAppealInput!) { raiseAppeal(input: $in) {
  ... on Appeal { id state answerUntil raiseUntil before leafBefore { place rule amount } files { mediaType } }
  ... on Problem { code field } } }"""
ACCEPT = """mutation($in: AcceptAppealInput!) { acceptAppeal(input: $in) {
  ... on Appeal { state decidedBy { name } decisionNote } ... on Problem { code field } } }"""
TRY = """mutation($in: TrySchemeInput!) { tryScheme(input: $in) {
  ... on WhatIf { id state scheme settings first last summary { people } } ... on Problem { code field } } }"""
MINE = """{ me { score(period: "2026-10") { id score balance inputDigest closed { at appealUntil }
  breakdown { place rule amount evidence { kind id } }
  adjustments { nodes { id before after difference causes { kind id change event } causedBy { name } breakdown { amount } } }
  appeals { nodes { state after leafAfter { amount } } } } pendingAppeals { nodes { state } } } }"""


async def ready(town: Town) -> None:
    await chosen(town, POINTS, {})
    await with_appeals(town)
    await worked(town)
    await scored(town)


async def test_a_month_is_closed_and_late_work_stands_beside_the_score(
    town: Town, ask: Ask, tmp_path: Path
) -> None:
    kept = blobs(tmp_path)
    await ready(town)
    score = (await ask("Budi", MINE)).data["me"]["score"]
    assert (score["closed"], score["balance"], score["adjustments"]["nodes"]) == (None, None, [])
    given = {"unit": global_id("Unit", town.units["city"]), "period": "2026-10"}
    assert (await ask("Budi", CLOSE, **{"in": given})).data["closePeriod"]["code"] == "FORBIDDEN"
    wrong = await ask("Eka", CLOSE, PERSONNEL, **{"in": {**given, "period": "2026-11"}})
    assert wrong.data["closePeriod"]["code"] == "PERIOD_NOT_READY"
    begun = (await ask("Eka", CLOSE, PERSONNEL, **{"in": given})).data["closePeriod"]
    assert (begun["state"], begun["unit"], begun["askedBy"]) == ("CLOSING", {"code": "city"}, {"name": "Eka"})
    while await freeze_closing(town.call("Sri"), kept):
        pass
    shown = await ask("Budi", "{ closings(state: CLOSED) { nodes { id period people provisional held } } }")
    assert shown.data["closings"]["nodes"] == [
        {"id": begun["id"], "period": "2026-10", "people": 1, "provisional": 0, "held": None}
    ]
    unit = 'query($u: ID!) { node(id: $u) { ... on Unit { frozenMonth(period: "2026-10") { people scheme appealUntil } } } }'
    frozen = await ask("Budi", unit, u=global_id("Unit", town.units["office"]))
    assert frozen.data["node"]["frozenMonth"] == {"people": 1, "scheme": POINTS, "appealUntil": "2027-01-03"}
    await worked(town, quantity_h=100)
    await adjusted(town, kept)
    after = (await ask("Budi", MINE)).data["me"]["score"]
    assert (after["score"], after["closed"]["appealUntil"]) == (score["score"], "2027-01-03")
    entry = after["adjustments"]["nodes"][0]
    assert (entry["before"], entry["after"]) == (score["score"], after["balance"])
    assert [(one["kind"], one["change"]) for one in entry["causes"]] == [("activity", "added")]
    seen = await ask("Wati", "query($id: ID!) { node(id: $id) { id } }", id=entry["id"])
    assert seen.data["node"] is None
    office = (
        'query($u: ID!) { node(id: $u) { ... on Unit { adjustments(period: "2026-10") { nodes { id } } } } }'
    )
    for who, grants, found in (("Eka", [(Role.AUDITOR, "city")], 1), ("Wati", [], 0)):
        answer = await ask(who, office, *grants, u=global_id("Unit", town.units["office"]))
        assert len(answer.data["node"]["adjustments"]["nodes"]) == found


async def test_an_appeal_is_raised_answered_and_settled(town: Town, ask: Ask) -> None:
    await ready(town)
    file = await FileRow.create(
        sha256="a" * 64, size=1, media_type="image/png", account_id=town.accounts["Budi"], created_at=NOW
    )
    score = (await ask("Budi", MINE)).data["me"]["score"]
    place = next(leaf["place"] for leaf in score["breakdown"] if leaf["evidence"][0]["kind"] == "activity")
    given = {
        "score": score["id"], "leaf": place, "inputDigest": score["inputDigest"], "reason": "Enam, bukan tiga",
        "files": [global_id("File", file.id)],
    }  # fmt: skip
    assert (await ask("Wati", RAISE, **{"in": given})).data["raiseAppeal"]["code"] == "NOT_FOUND"
    raised = (await ask("Budi", RAISE, **{"in": given})).data["raiseAppeal"]
    number = raised.pop("id")
    assert raised == {
        "state": "OPEN", "answerUntil": "2026-12-01", "raiseUntil": None, "before": score["score"],
        "leafBefore": {name: score["breakdown"][place][name] for name in ("place", "rule", "amount")},
        "files": [{"mediaType": "image/png"}],
    }  # fmt: skip
    waiting = "{ appealsToDecide { nodes { id employee { name } files { mediaType } } } }"
    assert (await ask("Sri", waiting)).data["appealsToDecide"]["nodes"] == []
    assert (await ask("Eka", waiting, HEAD)).data["appealsToDecide"]["nodes"] == [
        {"id": number, "employee": {"name": "Budi"}, "files": [{"mediaType": "image/png"}]}
    ]
    answer = {"appeal": number, "note": "Terbukti", "quantity": "6.00"}
    assert (await ask("Sri", ACCEPT, HEAD, **{"in": answer})).data["acceptAppeal"][
        "code"
    ] == "REVIEWER_NOT_FREE"
    done = (await ask("Eka", ACCEPT, HEAD, **{"in": answer})).data["acceptAppeal"]
    assert done == {"state": "ACCEPTED", "decidedBy": {"name": "Eka"}, "decisionNote": "Terbukti"}
    assert (await ask("Budi", MINE)).data["me"]["pendingAppeals"]["nodes"] == [{"state": "ACCEPTED"}]
    await scored(town)
    await settle_accepted(town.call("Sri"))
    me = (await ask("Budi", MINE)).data["me"]
    assert me["pendingAppeals"]["nodes"] == []
    settled = me["score"]["appeals"]["nodes"][0]
    assert settled == {
        "state": "SETTLED", "after": me["score"]["score"],
        "leafAfter": {"amount": me["score"]["breakdown"][place]["amount"]},
    }  # fmt: skip
    assert me["score"]["score"] != score["score"]
    signer = "{ appeals { nodes { state reason } } }"
    assert len((await ask("Eka", signer, (Role.SIGNER, "city"))).data["appeals"]["nodes"]) == 1
    assert (await ask("Eka", signer, (Role.INTEGRATOR, "city"))).data["appeals"]["nodes"] == []


async def test_a_trial_shows_figures_to_who_asked_and_people_only_in_reach(
    town: Town, ask: Ask, tmp_path: Path
) -> None:
    await ready(town)
    given: dict[str, Any] = {
        "unit": global_id("Unit", town.units["city"]), "first": "2026-10", "last": "2026-10",
        "scheme": "eperf/norm-minutes", "bands": ["1.00", "50.00"],
    }  # fmt: skip
    assert (await ask("Budi", TRY, **{"in": given})).data["tryScheme"] == {
        "code": "FORBIDDEN",
        "field": "unit",
    }
    wrong = await ask("Eka", TRY, PLUGINS, **{"in": {**given, "settings": "[]"}})
    assert wrong.data["tryScheme"] == {"code": "BAD_INPUT", "field": "settings"}
    asked = (await ask("Eka", TRY, PLUGINS, **{"in": given})).data["tryScheme"]
    assert (asked["state"], asked["summary"], asked["settings"]) == ("waiting", None, "{}")
    await run_trials(town.call("Sri"), blobs(tmp_path))
    text = """query($id: ID!) { node(id: $id) { ... on WhatIf { state stale
      summary { people up down same overtaken sumBefore sumAfter bands { before after people } stages { stage difference } }
      moves { nodes { employee { name } before after difference rankBefore rankAfter stage stageDifference } } } } }"""
    shown = (await ask("Eka", text, PLUGINS, (Role.AUDITOR, "office"), id=asked["id"])).data["node"]
    score = await ScoreRow.get(employee_id=town.people["Budi"], period="2026-10")
    assert score.score_h is not None
    move = shown["moves"]["nodes"][0]
    assert (move["employee"], move["before"]) == ({"name": "Budi"}, f"{score.score_h / 100:.2f}")
    assert shown["summary"]["people"] == 1
    assert shown["summary"]["sumAfter"] == move["after"]
    assert (await ask("Eka", text, PLUGINS, id=asked["id"])).data["node"]["moves"]["nodes"] == []
    assert (await ask("Budi", text, id=asked["id"])).data["node"] is None


async def test_a_closed_month_of_a_unit_is_asked_for_by_its_key_once(
    town: Town, ask: Ask, tmp_path: Path
) -> None:
    await ready(town)
    row = await closed(town, blobs(tmp_path))
    given = {"unit": global_id("Unit", town.units["city"]), "period": "2026-10", "idempotencyKey": "k"}
    for _ in range(2):
        again = (await ask("Eka", CLOSE, PERSONNEL, **{"in": given})).data["closePeriod"]
        assert (again["id"], again["state"]) == (global_id("Closing", row.id), "CLOSED")


async def test_each_step_is_heard_of_by_who_may_read_it(town: Town) -> None:
    await ready(town)
    score = await ScoreRow.get(employee_id=town.people["Budi"])
    number = await raise_appeal(town.call("Budi"), score.id, 0, score.input_digest, "Kurang")
    await refuse(town.call("Eka", HEAD), number, "Tidak terbukti")
    while await log.number():
        pass
    text = """subscription { performanceUpdates(kinds: ["appeal.raised", "appeal.refused"], after: "0") {
      kind employee { name } subject { ... on Appeal { state decisionNote } } } }"""
    context = Context(town.viewer("Budi"), "en", "test", lambda: NOW, town.registry, Bell())
    heard: Any = await SCHEMA.subscribe(text, context_value=context)
    updates = [(await anext(heard)).data["performanceUpdates"] for _ in range(2)]
    await heard.aclose()
    subject = {"state": "REFUSED", "decisionNote": "Tidak terbukti"}
    assert updates == [
        {"kind": kind, "employee": {"name": "Budi"}, "subject": subject}
        for kind in ("appeal.raised", "appeal.refused")
    ]
