"""Plans, ratings and predikat as a frontend meets them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from eperf.domain.access import Role
from eperf.schema.ids import global_id
from eperf.services.appraisal import rounds
from eperf.store.behaviour import RatingRow
from eperf.store.plan import PlanRow
from tests.schema.conftest import Ask
from tests.support.office import enlarged
from tests.support.town import NOW, Town

ADMIN, LEADER = (Role.PERSONNEL_ADMIN, "city"), (Role.UNIT_LEADER, "city")
DRAFT = """mutation($in: DraftPlanInput!) { found: draftPlan(input: $in) {
  ... on Plan { id level period state revision employee { name } unit { code } targets { nodes {
    id title aspect measure target kind lowerIsBetter weight parent { title plan { level } } } } }
  ... on Problem { code field } } }"""
STEP = """mutation($in: %s!) { found: %s(input: $in) {
  ... on Plan { id state revision reason decidedBy { name } } ... on Problem { code field } } }"""
REPORT = """mutation($in: ReportRealisationInput!) { found: reportRealisation(input: $in) {
  ... on Realisation { id through realised state target { title } files { mediaType } }
  ... on Problem { code field } } }"""
ACCEPT = """mutation($in: RealisationDecisionInput!) { found: acceptRealisation(input: $in) {
  ... on Realisation { state decidedBy { name } } ... on Problem { code field } } }"""
OPEN = """mutation($in: OpenRatingRoundInput!) { found: openRatingRound(input: $in) {
  ... on RatingRound { id period state until missing roles { role share minimum most } dimensions { code name } }
  ... on Problem { code field } } }"""
GIVE = """mutation($in: GiveRatingInput!) { found: giveRating(input: $in) {
  ... on Rating { name role scores { dimension score } } ... on Problem { code field } } }"""
DECIDE = """mutation($in: DecidePredikatInput!) { found: decidePredikat(input: $in) {
  ... on PeriodPredikat { period work behaviour predikat knownOn version decidedBy { name } }
  ... on Problem { code field } } }"""
TARGET = {"title": "Laporan tersusun", "aspect": "QUANTITY", "measure": "laporan", "target": "12.00"}


async def done(ask: Ask, who: str, text: str, *grants: tuple[Role, str], **given: Any) -> Any:
    result = await ask(who, text, *grants, **{"in": given})
    assert result.errors is None
    return result.data["found"]


async def agreed(ask: Ask, who: str = "Budi", **given: Any) -> Any:
    plan = await done(ask, who, DRAFT, **{"period": "2026", "targets": [TARGET], **given})
    await done(ask, who, STEP % ("SubmitPlanInput", "submitPlan"), plan=plan["id"])
    await done(ask, "Sri", STEP % ("PlanDecisionInput", "agreePlan"), plan=plan["id"])
    return plan


async def test_a_plan_from_the_draft_to_what_was_reached(town: Town, ask: Ask) -> None:
    office = global_id("Unit", town.units["office"])
    iku = await done(
        ask, "Eka", DRAFT, ADMIN, period="2026", unit=office, level="IKU",
        targets=[{**TARGET, "title": "Layanan cepat", "aspect": "TIME", "lowerIsBetter": True, "weight": "60.00"}],
    )  # fmt: skip
    assert (iku["level"], iku["employee"], iku["unit"]) == ("IKU", None, {"code": "office"})
    await done(ask, "Eka", STEP % ("SubmitPlanInput", "submitPlan"), ADMIN, plan=iku["id"])
    await done(ask, "Wati", STEP % ("PlanDecisionInput", "agreePlan"), LEADER, plan=iku["id"])
    parent = iku["targets"]["nodes"][0]["id"]
    plan = await agreed(ask, targets=[{**TARGET, "parent": parent}])
    target = plan["targets"]["nodes"][0]
    assert target["parent"] == {"title": "Layanan cepat", "plan": {"level": "IKU"}}
    reported = await done(ask, "Budi", REPORT, target=target["id"], through="2026-11", realised="9.50")
    assert (reported["realised"], reported["state"], reported["files"]) == ("9.50", "REPORTED", [])
    waiting = await ask("Sri", "{ realisationsToAccept { nodes { id target { title } } } }")
    assert [one["id"] for one in waiting.data["realisationsToAccept"]["nodes"]] == [reported["id"]]
    accepted = await done(ask, "Sri", ACCEPT, realisation=reported["id"])
    assert accepted == {"state": "ACCEPTED", "decidedBy": {"name": "Sri"}}
    seen = await ask(
        "Budi",
        """{ me { plans(period: "2026") { nodes { state targets { nodes { children { nodes { title } }
          realisations { nodes { through realised state } } } } } }
          unit { plans { nodes { level targets { nodes { title children { nodes { title } } } } } } } } }""",
    )
    assert seen.errors is None
    assert seen.data["me"]["plans"]["nodes"] == [
        {"state": "AGREED", "targets": {"nodes": [{"children": {"nodes": []}, "realisations": {
            "nodes": [{"through": "2026-11", "realised": "9.50", "state": "ACCEPTED"}]}}]}}
    ]  # fmt: skip
    assert seen.data["me"]["unit"]["plans"]["nodes"] == [
        {"level": "IKU", "targets": {"nodes": [
            {"title": "Layanan cepat", "children": {"nodes": [{"title": "Laporan tersusun"}]}}]}}
    ]  # fmt: skip


async def test_a_plan_that_waits_is_found_by_who_decides_and_revised_by_its_owner(
    town: Town, ask: Ask
) -> None:
    plan = await done(ask, "Budi", DRAFT, period="2026Q4", targets=[TARGET])
    await done(ask, "Budi", STEP % ("SubmitPlanInput", "submitPlan"), plan=plan["id"])
    for who, grants, there in (("Sri", (), True), ("Budi", (), False), ("Eka", (ADMIN,), False), ("Eka", (LEADER,), False)):  # fmt: skip
        found = await ask(who, "{ plansToAgree { nodes { id } } }", *grants)
        assert (found.data["plansToAgree"]["nodes"] == [{"id": plan["id"]}]) == there, (who, grants)
    returned = await done(
        ask, "Sri", STEP % ("PlanDecisionInput", "returnPlan"), plan=plan["id"], note="Kurang rinci"
    )
    assert (returned["state"], returned["decidedBy"]) == ("DRAFT", {"name": "Sri"})
    edit = """mutation($in: EditPlanInput!) { found: editPlan(input: $in) {
      ... on Plan { targets { nodes { target } } } ... on Problem { code field } } }"""
    edited = await done(ask, "Budi", edit, plan=plan["id"], targets=[{**TARGET, "target": "24.00"}])
    assert edited == {"targets": {"nodes": [{"target": "24.00"}]}}
    await done(ask, "Budi", STEP % ("SubmitPlanInput", "submitPlan"), plan=plan["id"])
    await done(ask, "Sri", STEP % ("PlanDecisionInput", "agreePlan"), plan=plan["id"])
    revised = await done(
        ask, "Budi", STEP % ("RevisePlanInput", "revisePlan"), plan=plan["id"], reason="Anggaran"
    )
    assert (revised["state"], revised["revision"], revised["reason"]) == ("DRAFT", 1, "Anggaran")


async def test_a_problem_names_its_code_and_the_path_of_the_input(town: Town, ask: Ask) -> None:
    for changes, problem in (
        ({"period": "2026-Q1"}, ("BAD_INPUT", "period")),
        ({"targets": [{**TARGET, "target": "0.00"}]}, ("BAD_INPUT", "targets.0.target")),
        ({"targets": [TARGET, TARGET]}, ("BAD_INPUT", "targets.1.title")),
        ({"targets": [{**TARGET, "parent": "wrong"}]}, ("BAD_INPUT", "targets.0.parent")),
        ({"targets": [{**TARGET, "parent": global_id("Target", 99)}]}, ("NOT_FOUND", "targets.0.parent")),
        ({"unit": global_id("Unit", town.units["office"])}, ("BAD_INPUT", "level")),
        ({"level": "IKU"}, ("BAD_INPUT", "level")),
        ({"targets": [TARGET] * 101}, ("LIMIT_EXCEEDED", "targets")),
    ):
        found = await done(ask, "Budi", DRAFT, **{"period": "2026", "targets": [TARGET], **changes})
        assert (found["code"], found["field"]) == problem, changes


async def test_a_superiors_plan_is_seen_by_who_serves_it_once_it_is_agreed(town: Town, ask: Ask) -> None:
    plan = await done(ask, "Sri", DRAFT, period="2026", targets=[TARGET])
    text = "query($id: ID!) { node(id: $id) { id } plans { nodes { id } } }"
    assert (await ask("Budi", text, id=plan["id"])).data == {"node": None, "plans": {"nodes": []}}
    await PlanRow.all().update(state="agreed")
    assert (await ask("Budi", text, id=plan["id"])).data["node"] == {"id": plan["id"]}
    assert (await ask("Eka", text, id=plan["id"])).data == {"node": None, "plans": {"nodes": []}}


async def test_a_round_from_its_opening_to_the_figures(town: Town, ask: Ask) -> None:
    await enlarged(town, {"Ayu": "Sri", "Dwi": "Sri"})
    roles = [
        {"role": "SUPERIOR", "share": "70.00", "minimum": 1, "most": 1},
        {"role": "PEER", "share": "30.00", "minimum": 3, "most": 5},
    ]
    given = {
        "unit": global_id("Unit", town.units["office"]), "period": "2026Q4", "dimensionList": "pp-30-2019",
        "lowest": "1.00", "highest": "5.00", "roles": roles, "missing": "TO_SUPERIOR", "until": "2026-11-30",
        "legalBasis": "SE Wali Kota 1/2026",
    }  # fmt: skip
    refused = await done(ask, "Sri", OPEN, **given)
    assert refused == {"code": "FORBIDDEN", "field": "unit"}
    few = await done(ask, "Eka", OPEN, ADMIN, **{**given, "roles": [roles[0], {**roles[1], "minimum": 2}]})
    assert few == {"code": "BAD_INPUT", "field": "roles.1.minimum"}
    opened = await done(ask, "Eka", OPEN, ADMIN, **given)
    assert (opened["state"], opened["missing"], opened["roles"]) == ("open", "TO_SUPERIOR", roles)
    codes = [one["code"] for one in opened["dimensions"]]
    assert len(codes) == 5
    text = "{ ratingsToGive { nodes { id name role scores { score } round { until } employee { name } } } }"
    mine = (await ask("Sri", text)).data["ratingsToGive"]["nodes"]
    assert sorted((one["name"], one["role"]) for one in mine) == [
        (name, "SUPERIOR") for name in ("Ayu", "Budi", "Dwi", "Wati")
    ]
    for rater in ("Sri", "Wati", "Ayu", "Dwi"):
        asked = (await ask(rater, text)).data["ratingsToGive"]["nodes"]
        [rating] = [one for one in asked if one["name"] == "Budi"]
        assert (rating["employee"] is None) == (rater != "Sri")
        scores = [{"dimension": code, "score": "4.00"} for code in codes]
        gave = await done(ask, rater, GIVE, rating=rating["id"], scores=scores)
        assert (gave["name"], len(gave["scores"])) == ("Budi", 5)
        short = await done(ask, rater, GIVE, rating=rating["id"], scores=scores[1:])
        assert short == {"code": "BAD_INPUT", "field": "scores"}
    close = """mutation($in: CloseRatingRoundInput!) { found: closeRatingRound(input: $in) {
      ... on RatingRound { state } ... on Problem { code field } } }"""
    early = await done(ask, "Eka", close, ADMIN, round=opened["id"])
    assert early == {"code": "ROUND_STANDING", "field": "round"}
    number = (await RatingRow.all())[0].round_id
    await rounds.close_round(town.call("Eka", ADMIN, now=NOW + timedelta(days=8)), number)
    seen = await ask(
        "Budi",
        '{ me { behaviour(period: "2026Q4") { nodes { name score lowest highest raters state roles { role raters score } } } } }',
    )
    first = seen.data["me"]["behaviour"]["nodes"][0]
    assert first == {
        "name": "Service orientation", "score": "4.00", "lowest": "1.00", "highest": "5.00", "raters": 4,
        "state": "enough",
        "roles": [{"role": "PEER", "raters": 3, "score": "4.00"}, {"role": "SUPERIOR", "raters": 1, "score": "4.00"}],
    }  # fmt: skip
    assert (await ask("Wati", "{ ratingsToGive { nodes { id } } }")).data["ratingsToGive"]["nodes"] == []


async def test_an_agencys_own_list_stands_beside_the_known_ones(town: Town, ask: Ask) -> None:
    add = """mutation($in: AddDimensionListInput!) { found: addDimensionList(input: $in) {
      ... on DimensionList { name dimensions { code name } unit { code } } ... on Problem { code field } } }"""
    given = {
        "unit": global_id("Unit", town.units["city"]), "name": "etika", "validFrom": "2026-01-01",
        "legalBasis": "Perwal 1/2026", "dimensions": [{"code": "open", "nameId": "Terbuka", "nameEn": "Open"}],
    }  # fmt: skip
    assert await done(ask, "Sri", add, **given) == {"code": "FORBIDDEN", "field": "unit"}
    added = await done(ask, "Eka", add, ADMIN, **given)
    assert added == {
        "name": "etika",
        "dimensions": [{"code": "open", "name": "Open"}],
        "unit": {"code": "city"},
    }
    found = await ask(
        "Budi",
        '{ knownDimensions { name dimensions { code } } unit(code: "city") { dimensionLists { nodes { name } } } }',
    )
    assert {one["name"] for one in found.data["knownDimensions"]} == {"berakhlak", "pp-30-2019"}
    assert found.data["unit"]["dimensionLists"]["nodes"] == [{"name": "etika"}]


async def test_a_deadline_is_set_and_seen_and_kept(town: Town, ask: Ask) -> None:
    text = """mutation($in: SetAppraisalDeadlineInput!) { found: setAppraisalDeadline(input: $in) {
      ... on AppraisalDeadline { step period until } ... on Problem { code field } } }"""
    given = {
        "unit": global_id("Unit", town.units["office"]), "step": "PLAN_SUBMIT", "period": "2026",
        "legalBasis": "SE 1/2026",
    }  # fmt: skip
    for until in ("2026-01-31", "2026-11-01"):
        found = await done(ask, "Eka", text, ADMIN, **given, until=until)
        assert found == {"step": "PLAN_SUBMIT", "period": "2026", "until": until}
    seen = await ask("Budi", '{ me { unit { appraisalDeadlines(period: "2026") { nodes { until } } } } }')
    assert seen.data["me"]["unit"]["appraisalDeadlines"]["nodes"] == [
        {"until": "2026-01-31"},
        {"until": "2026-11-01"},
    ]
    plan = await done(ask, "Budi", DRAFT, period="2026", targets=[TARGET])
    late = await done(ask, "Budi", STEP % ("SubmitPlanInput", "submitPlan"), plan=plan["id"])
    assert late == {"code": "DEADLINE_PASSED", "field": "period"}


async def test_a_superior_decides_on_a_predikat_and_the_employee_reads_it(town: Town, ask: Ask) -> None:
    budi = global_id("Employee", town.people["Budi"])
    given = {"employee": budi, "period": "2026Q3", "work": "ABOVE", "behaviour": "MEETS"}
    wrong = await done(ask, "Sri", DECIDE, **given, predikat="SANGAT_BAIK")
    assert wrong == {"code": "BAD_INPUT", "field": "predikat"}
    found = await done(ask, "Sri", DECIDE, **given)
    assert found == {
        "period": "2026Q3", "work": "ABOVE", "behaviour": "MEETS", "predikat": "BAIK", "knownOn": "2026-11-24",
        "version": 1, "decidedBy": {"name": "Sri"},
    }  # fmt: skip
    assert await done(ask, "Budi", DECIDE, **given) == {"code": "FORBIDDEN", "field": "employee"}
    assert await done(ask, "Wati", DECIDE, **given) == {"code": "NOT_FOUND", "field": "employee"}
    mine = await ask("Budi", "{ me { predikat { nodes { predikat } } } }")
    assert mine.data["me"]["predikat"]["nodes"] == [{"predikat": "BAIK"}]
    proposal = 'query($e: ID!) { predikatProposal(employee: $e, period: "2026Q3") { behaviour ifWorkMeets } }'
    assert (await ask("Sri", proposal, e=budi)).data["predikatProposal"] == {
        "behaviour": None, "ifWorkMeets": None,
    }  # fmt: skip


async def test_the_spread_of_a_units_predikat_reports_the_bounds_that_are_not_kept(
    town: Town, ask: Ask
) -> None:
    text = """query($u: ID!) { predikatSpread(unit: $u, period: "2026Q3", organisation: BAIK) {
      counts { predikat people } without breaches } }"""
    office = global_id("Unit", town.units["office"])
    for who, work in (("Budi", "ABOVE"), ("Wati", "MEETS")):
        person = global_id("Employee", town.people[who])
        await done(ask, "Sri", DECIDE, employee=person, period="2026Q3", work=work, behaviour="ABOVE")
    found = (await ask("Eka", text, (Role.UNIT_LEADER, "office"), u=office)).data["predikatSpread"]
    assert {one["predikat"]: one["people"] for one in found["counts"] if one["people"]} == {
        "SANGAT_BAIK": 1,
        "BAIK": 1,
    }
    assert found["without"] == 2
    assert found["breaches"] == ["baik_majority", "butuh_perbaikan_or_kurang_must_exist"]
    for who, grants in (("Sri", ()), ("Budi", ()), ("Eka", ((Role.PLUGIN_ADMIN, "city"),))):
        assert (await ask(who, text, *grants, u=office)).data == {"predikatSpread": None}, who
