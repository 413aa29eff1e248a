"""What is refused of electronic signatures."""

from __future__ import annotations

from eperf.domain.errors.core import Refused


class PassphraseGone(Refused):
    """The passphrase of a request that has ended was asked for again; it is kept nowhere."""

    code = "PASSPHRASE_GONE"
    text_id = "Frasa sandi hanya ada selama satu permintaan; mintalah lagi."
    text_en = "The passphrase lives during one request only; ask for it again."


class SigningDisabled(Refused):
    """The signer's certificate does not allow signing now; said before a passphrase is asked."""

    code = "SIGNING_DISABLED"
    text_id = "Penandatanganan tidak tersedia: status sertifikat {value}."
    text_en = "Signing is not available: the state of the certificate is {value}."


class DocumentGone(Refused):
    """The gateway gives a signed document once; it was given, and no copy was kept."""

    code = "DOCUMENT_GONE"
    text_id = "Dokumen {value} sudah pernah diunduh dan salinannya tidak disimpan."
    text_en = "Document {value} was downloaded before and no copy was kept."
