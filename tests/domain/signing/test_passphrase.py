"""A passphrase is in memory during one request and in no text."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import PassphraseGone
from eperf.domain.signing.passphrase import MASK, Passphrase, redacted

SECRET = "kunci-uji-7"


def test_it_is_revealed_during_the_request_and_gone_afterwards() -> None:
    with Passphrase(SECRET) as passphrase:
        assert passphrase.reveal() == SECRET.encode()
    with pytest.raises(PassphraseGone):
        passphrase.reveal()
    assert passphrase._letters == bytes(len(SECRET))


def test_it_is_gone_after_a_request_that_failed() -> None:
    held = Passphrase(SECRET)
    with pytest.raises(ValueError, match="no answer"), held:
        raise ValueError("no answer")
    with pytest.raises(PassphraseGone):
        held.reveal()


def test_an_empty_one_is_there_until_the_request_ends() -> None:
    with Passphrase("") as passphrase:
        assert passphrase.reveal() == b""
    with pytest.raises(PassphraseGone):
        passphrase.reveal()


def test_no_text_made_of_it_has_it() -> None:
    passphrase = Passphrase(SECRET)
    for text in (
        str(passphrase),
        repr(passphrase),
        f"{passphrase:>20}",
        "%s %r" % (passphrase, passphrase),
        str([passphrase]),
    ):
        assert SECRET not in text
        assert MASK in text


def test_it_is_neither_copied_nor_stored() -> None:
    passphrase = Passphrase(SECRET)
    for store in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError):
            store(passphrase)


bodies = st.recursive(
    st.none() | st.integers() | st.just(b"%PDF-") | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["nik", "page", "data", "Pin"]), inner),
)


@given(
    bodies,
    st.sampled_from(["passphrase", "Passphrase", "totp", "pdfPassword", "pdf_password", "Authorization"]),
)
def test_a_body_is_logged_without_its_secrets_at_any_depth(body: object, name: str) -> None:
    logged = json.dumps(redacted({"request": [body, {name: SECRET}], "typed": Passphrase(SECRET)}))
    assert SECRET not in logged
    assert "%PDF-" not in logged or "%PDF-" in repr(_texts(body))


def test_what_is_no_secret_is_logged_and_files_as_their_size() -> None:
    body = {"nik": "1", "totp": "123456", "file": [b"%PDF-"], "page": 2}
    assert redacted(body) == {"nik": "1", "totp": MASK, "file": ["<5 bytes>"], "page": 2}


def _texts(body: object) -> list[str]:
    if isinstance(body, dict):
        return [text for value in body.values() for text in _texts(value)]
    if isinstance(body, list):
        return [text for value in body for text in _texts(value)]
    return [body] if isinstance(body, str) else []
