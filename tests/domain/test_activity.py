"""Reports and drafts as values: what cannot have happened, addresses that are only text, which step leads where."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.activity import (
    ActivityState,
    Decision,
    Report,
    Step,
    changed,
    checked,
    checked_draft,
    require_sendable,
    told,
)
from eperf.domain.errors import BadInput, Conflict, TooMany

TODAY = date(2026, 11, 24)
REPORT = Report(1, TODAY, 60, 150, "Laporan")


@pytest.mark.parametrize(
    "link",
    [
        "https://arsip.example.go.id/berkas/7", "https://example.go.id:8443/x?y=1#z",
        "https://contoh.example/%20a", "https://192.0.2.1/",
    ],
)  # fmt: skip
def test_an_https_address_is_kept_as_it_is(link: str) -> None:
    assert checked(dataclasses.replace(REPORT, links=(link,)), TODAY).links == (link,)


@pytest.mark.parametrize(
    "link",
    [
        "http://example.go.id/", "ftp://example.go.id/", "javascript:alert(1)", "https://", "https:///x", "example.go.id",
        "https://user:secret@example.go.id/", "https://user@example.go.id/", "https://example.go.id/a b", "",
        "https://example.go.id:99999/", "https://[::1", "https://example.go.id/\n", "//example.go.id", "file:///etc/passwd",
        "https://example.go.id/" + "x" * 2000, "HTTPS:/example.go.id",
    ],
)  # fmt: skip
def test_everything_else_is_no_link(link: str) -> None:
    if link == "https://example.go.id/\n":  # blanks around it are nobody's intention
        assert checked(dataclasses.replace(REPORT, links=(link,)), TODAY).links == (link.strip(),)
        return
    with pytest.raises(BadInput) as refused:
        checked(dataclasses.replace(REPORT, links=(link,)), TODAY)
    assert refused.value.field == "links"


@given(st.text(max_size=200))
def test_whatever_is_given_as_a_link_is_kept_or_refused_by_name(text: str) -> None:
    try:
        kept = checked(dataclasses.replace(REPORT, links=(text,)), TODAY).links[0]
    except BadInput as refused:
        assert refused.field == "links"
    else:
        assert kept.startswith("https://")
        assert "@" not in kept.split("/")[2]


def test_eleven_links_or_one_twice_are_refused() -> None:
    with pytest.raises(TooMany):
        checked(dataclasses.replace(REPORT, links=tuple(f"https://x.id/{n}" for n in range(11))), TODAY)
    with pytest.raises(BadInput, match="twice"):
        checked(dataclasses.replace(REPORT, links=("https://x.id/", "https://x.id/")), TODAY)


def test_a_draft_may_lack_what_a_report_needs_and_lie_ahead() -> None:
    draft = Report(1, date(2026, 12, 1), 0, 0, "  ")
    assert checked_draft(draft) == dataclasses.replace(draft, result="")
    for changes in ({"minutes": -1}, {"minutes": 1441}, {"quantity_h": -1}, {"date": date(1999, 1, 1)}):
        with pytest.raises(BadInput):
            checked_draft(dataclasses.replace(draft, **changes))
    with pytest.raises(BadInput):
        checked(draft, date(2026, 12, 1))


def test_only_who_verifies_may_leave_the_reason_out() -> None:
    assert Decision.VERIFY.note(None) is None
    assert Decision.VERIFY.note(" baik ") == "baik"
    for decision in (Decision.RETURN, Decision.REJECT):
        with pytest.raises(BadInput, match="note"):
            decision.note(None)
        assert decision.note("kurang") == "kurang"


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (ActivityState.DRAFT, Step.SUBMITTED), (ActivityState.SUBMITTED, Step.EDITED),
        (ActivityState.RETURNED, Step.RESUBMITTED), (ActivityState.VERIFIED, None), (ActivityState.REJECTED, None),
    ],
)  # fmt: skip
def test_what_was_decided_for_good_is_not_sent_again(state: ActivityState, step: Step | None) -> None:
    if step is None:
        with pytest.raises(Conflict, match=state):
            require_sendable(state, 7)
    else:
        assert require_sendable(state, 7) is step


def test_a_change_holds_what_differs_and_nothing_else() -> None:
    after = dataclasses.replace(REPORT, minutes=45, evidence=(3, 4), links=("https://x.id/",))
    assert changed(told(REPORT, "returned"), told(after, "submitted")) == [
        {"field": "state", "before": "returned", "after": "submitted"},
        {"field": "minutes", "before": "60", "after": "45"},
        {"field": "evidence", "before": "", "after": "3 4"},
        {"field": "links", "before": "", "after": "https://x.id/"},
    ]
    assert changed(told(REPORT, "submitted"), told(REPORT, "submitted")) == []
