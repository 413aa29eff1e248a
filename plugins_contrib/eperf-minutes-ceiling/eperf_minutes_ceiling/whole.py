"""The whole result: the work activity and the plan of own duties, weighed by the group of the post.

Implementers and functional posts: 60 plan, 40 activity. Senior leaders: the performance agreement alone, whose targets
are their plan. Administrators and supervisors have 50, 30 and 20, and the source does not say which component has
which; one of the three, the action plan with complaints, is in no table that scoring reads. They are provisional.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from eperf.plugins import Frame, PartOutput, Scheme, StagePart, amount_text_expr, half_up_expr, leaves, part
from eperf.plugins.parts import Achievement
from eperf.plugins.rules import Deciding, in_force
from eperf_minutes_ceiling.rules import BASIS, WEIGHTS, Group, Part
from eperf_minutes_ceiling.scheme import ACTIVITY
from eperf_minutes_ceiling.settings import ResultSettings

_LEADERS = ("leader_main", "leader_middle", "leader_first")
_GROUPS: Mapping[str, Group] = {
    **dict.fromkeys(_LEADERS, Group.SENIOR_LEADER),
    "administrator": Group.ADMINISTRATOR,
    "supervisor": Group.SUPERVISOR,
    "implementer": Group.IMPLEMENTER,
    "functional": Group.FUNCTIONAL,
}
_STAGES = {Part.ACTIVITY: "work", Part.OWN_PLAN: "other", Part.PERFORMANCE_AGREEMENT: "other"}


def _deciding(settings: ResultSettings) -> Deciding:
    return settings.deciding


def _by_group(frame: Frame) -> pl.DataFrame:
    """Everybody's group: what the unit calls them if it is a group of the rule, else by the kind of their post."""
    named = pl.col("group").is_in(list(Group))
    post = pl.col("position_kind").replace_strict(
        {kind: group.value for kind, group in _GROUPS.items()}, default=None, return_dtype=pl.String
    )
    return frame.employees.select("employee_id", of=pl.when(named).then(pl.col("group")).otherwise(post))


def _rows(frame: Frame) -> Iterator[tuple[str, int, int]]:
    """Group, per cent of the activity, per cent of the plan; only groups whose components are all known."""
    for group, weights in in_force(WEIGHTS, frame.period.first).weights_pct.items():
        stages = {_STAGES[component]: int(weight) for component, weight in weights.items()}
        yield group.value, stages.get("work", 0), stages.get("other", 0)


@part("minutes-ceiling.weigh", BASIS)
def weigh(frame: Frame, settings: ResultSettings) -> PartOutput:
    """One leaf per employee, which brings the two components to the weighted result."""
    weights = pl.DataFrame(list(_rows(frame)), schema=["of", "activity_pct", "plan_pct"], orient="row")
    everyone = _by_group(frame).join(weights, on="of", how="left", maintain_order="left")
    known = pl.col("activity_pct").is_not_null()
    result = half_up_expr(pl.col("work") * pl.col("activity_pct") + pl.col("other") * pl.col("plan_pct"), 100)
    rows = frame.totals.join(everyone.filter(known), on="employee_id", how="inner").with_columns(
        result=result
    )
    found = leaves(
        rows.filter(pl.col("result") != pl.col("total")),
        amount=pl.col("result") - pl.col("total"),
        label_id=pl.format("Bobot rencana kerja {}, aktivitas {} persen", "plan_pct", "activity_pct"),
        label_en=pl.format("Plan of own duties {}, activity {} per cent", "plan_pct", "activity_pct"),
        evidence=frame.period,
        facts={
            "group": pl.col("of"),
            "plan": amount_text_expr(pl.col("other")),
            "activity": amount_text_expr(pl.col("work")),
            "rounding": "half_up",
        },
    )
    unmapped = pl.format("component-unknown:{}", pl.col("of"))
    cause = pl.when(pl.col("of").is_null()).then(pl.lit("group-unknown")).otherwise(unmapped)
    return PartOutput(found, missing=everyone.filter(~known).select("employee_id", cause=cause))


RESULT = Scheme(
    name="result",
    version="2",
    title_id="Hasil kinerja: rencana kerja dan aktivitas",
    title_en="Result: plan of own duties and activity",
    legal_basis=BASIS,
    settings=ResultSettings,
    parts=(
        *ACTIVITY,
        StagePart("other", Achievement("minutes-ceiling.plan", BASIS, _deciding)),
        StagePart("combine", weigh),
    ),
)
