"""The key of a local signer: a wrong passphrase is an answer, not an accident."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from eperf.adapters.pkcs12 import load, self_made
from eperf.domain.errors import PassphraseGone
from eperf.domain.signing.passphrase import Passphrase

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAME = "Penanda tangan uji"


@pytest.fixture(scope="module")
def container() -> bytes:
    return self_made(NAME, Passphrase("kunci-uji-7"), NOW)


def test_the_right_passphrase_opens_it(container: bytes) -> None:
    signer = load(container, Passphrase("kunci-uji-7"))
    assert signer is not None
    assert signer.name == NAME
    assert signer.certificate.not_valid_before_utc == NOW
    assert "kunci" not in repr(signer)


@pytest.mark.parametrize("typed", ["kunci-uji-8", "", "kunci-uji-7 "])
def test_a_wrong_one_gives_no_signer_and_raises_nothing(container: bytes, typed: str) -> None:
    assert load(container, Passphrase(typed)) is None


@pytest.mark.parametrize("damaged", [b"", b"%PDF-1.7", b"\x30\x82"])
def test_what_is_no_container_gives_no_signer(damaged: bytes) -> None:
    assert load(damaged, Passphrase("kunci-uji-7")) is None


def test_after_the_request_nothing_can_be_opened(container: bytes) -> None:
    with Passphrase("kunci-uji-7") as passphrase:
        assert load(container, passphrase) is not None
    with pytest.raises(PassphraseGone):
        load(container, passphrase)
