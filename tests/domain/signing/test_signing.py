"""What a signature's check, a gateway's word and a page's field are worth."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput, DocumentGone, SigningDisabled
from eperf.domain.signing import gateway, page
from eperf.domain.signing.attempt import Attempt, Outcome, next_action, outcome_of, signature_row
from eperf.domain.signing.verdict import LocalCheck, certified_label, verify_reply

truths = st.sampled_from([True, False, None])


@given(truths, truths, st.sampled_from(["ENTIRE_FILE", "ENTIRE_REVISION", "UNCLEAR", "", None]), truths)
def test_a_page_is_green_only_when_nothing_at_all_failed(
    bottom_line: bool | None, intact: bool | None, coverage: str | None, root: bool | None
) -> None:
    check = LocalCheck(bottom_line, intact, coverage, "NONE", root)
    assert check.show_valid == ((bottom_line, intact, coverage, root) == (True, True, "ENTIRE_FILE", True))
    assert check.show_valid == (check.failed == ())


def test_a_signature_under_another_root_is_not_green_and_says_why() -> None:
    assert LocalCheck(True, True, "ENTIRE_FILE", "NONE", False).failed == ("root_is_configured",)


@given(st.lists(st.booleans(), min_size=1, max_size=5))
def test_one_changed_signature_changes_the_verdict_of_all(whole: list[bool]) -> None:
    details = [{"signature_document": {"document_integrity": one}} for one in whole]
    reply = {"jumlah_signature": len(whole), "details": details}
    assert verify_reply(reply) == ("signed_intact" if all(whole) else "changed")


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"jumlah_signature": None},
        {"jumlah_signature": True, "details": [{"document_integrity": True}]},
        {"jumlah_signature": -1},
        {"jumlah_signature": 1},
        {"jumlah_signature": 1, "details": []},
        {"jumlah_signature": 1, "details": [{}]},
        {"jumlah_signature": 1, "details": [{"document_integrity": "true"}]},
        {"jumlah_signature": 2, "details": [{"document_integrity": True}]},
        {"jumlah_signature": 1, "details": ["x"]},
    ],
)
def test_a_reply_that_does_not_vouch_for_every_signature_is_refused(reply: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        verify_reply(reply)


@given(st.sampled_from([*gateway.STATES, "issue", "ACTIVE", "", None]) | st.text())
def test_only_issue_enables_signing_and_every_other_word_has_a_reason(state: str | None) -> None:
    ready = gateway.readiness(state)
    assert ready.signing_enabled == ready.ask_passphrase == (state == "ISSUE")
    assert ready.reason_id
    assert ready.reason_en
    if ready.signing_enabled:
        ready.require()
    else:
        with pytest.raises(SigningDisabled):
            ready.require()


def test_an_unknown_status_code_enables_nothing() -> None:
    assert gateway.v1_state(1110) == "NOT_REGISTERED"
    assert gateway.v1_state(1112) is None
    assert not gateway.readiness(gateway.v1_state(1112)).signing_enabled


@pytest.mark.parametrize(
    ("http_status", "code", "reason", "outcome"),
    [
        (400, 2031, "wrong_passphrase", Outcome.NOT_SIGNED),
        (400, 2011, "user_not_registered", Outcome.NOT_SIGNED),
        (400, 2099, "refused", Outcome.NOT_SIGNED),
        (401, None, "refused", Outcome.NOT_SIGNED),
        (408, None, "outcome_unknown", Outcome.UNKNOWN),
        (500, 2031, "outcome_unknown", Outcome.UNKNOWN),
        (504, None, "outcome_unknown", Outcome.UNKNOWN),
    ],
)
def test_an_error_says_whether_the_document_may_have_been_signed(
    http_status: int, code: int | None, reason: str, outcome: Outcome
) -> None:
    error = gateway.gateway_error(http_status, code)
    assert (error.reason, outcome_of(error)) == (reason, outcome)


@given(st.integers(2, 100))
def test_a_document_is_given_once(attempt: int) -> None:
    assert gateway.v1_download(1).use == "response"
    assert gateway.v1_download(attempt) == gateway.Download(404, "kept_copy")


@pytest.mark.parametrize("attempt", [0, -1, True, "1"])
def test_attempts_are_counted_from_one(attempt: object) -> None:
    with pytest.raises(BadInput, match="attempt"):
        gateway.v1_download(attempt)  # type: ignore[arg-type]


def test_after_the_one_download_the_kept_copy_is_used_and_its_lack_is_said() -> None:
    assert gateway.document_to_use("d-1", 200, b"%PDF-new", b"%PDF-kept") == b"%PDF-new"
    assert gateway.document_to_use("d-1", 404, b"already downloaded", b"%PDF-kept") == b"%PDF-kept"
    with pytest.raises(DocumentGone, match="d-1"):
        gateway.document_to_use("d-1", 404, b"already downloaded", None)


@given(st.text())
def test_a_field_that_nobody_listed_is_not_shown(field: str) -> None:
    assert page.is_shown(field) == (field in page.SHOWN)


def test_a_page_has_the_listed_fields_of_a_document_and_none_of_the_others() -> None:
    document = dict.fromkeys([*page.SHOWN, *page.NEVER_SHOWN, "salary_rp"], "x")
    assert tuple(page.page(document)) == page.SHOWN
    assert not page.NEVER_SHOWN & set(page.SHOWN)


@given(st.booleans(), st.integers(0, 512))
def test_an_address_is_random_and_long_enough(random: bool, bits: int) -> None:
    assert page.token_acceptable(random=random, bits=bits) == (random and bits >= 128)


def test_only_an_indonesian_provider_certifies() -> None:
    assert certified_label(True) == "certified"
    assert certified_label(False) == certified_label(None) == "not_certified"


@pytest.mark.parametrize(
    ("outcome", "action"),
    [(Outcome.UNKNOWN, "look_up_first"), (Outcome.NOT_SIGNED, "send"), (Outcome.SIGNED, "keep")],
)
def test_a_document_is_not_sent_again_while_the_outcome_is_unknown_or_signed(
    outcome: Outcome, action: str
) -> None:
    assert next_action("a" * 64, Attempt("one", "a" * 64, outcome)) == action
    assert next_action("b" * 64, Attempt("one", "a" * 64, outcome)) == "send"
    assert next_action("a" * 64, None) == "send"


def test_without_a_signer_no_signature_is_recorded() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert signature_row("a" * 64, None, now, "not_certified") is None
    row = signature_row("a" * 64, "Penanda tangan uji", now, "not_certified")
    assert row is not None
    assert row.label == "not_certified"
    with pytest.raises(BadInput, match="signed_at"):
        signature_row("a" * 64, "Penanda tangan uji", now.replace(tzinfo=None), "certified")
