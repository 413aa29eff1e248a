"""The fields of the public page: a closed list. What is not on it is not public."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublicField:
    """A kind of figure, whether the public may see it, and why."""

    name: str
    public: bool
    legal_basis: str


_EXEMPT = "UU 14/2008 pasal 17 huruf h"
_OPEN = "a figure of the unit, of no person: chosen by eperf"

PUBLIC_FIELDS: tuple[PublicField, ...] = (
    PublicField("service_output", True, _OPEN),
    PublicField("unit_ej", True, _OPEN),
    PublicField("staff_count", True, _OPEN),
    PublicField("share_reaching_target", True, _OPEN),
    PublicField("decrees_signed", True, _OPEN),
    PublicField("median_signing_days", True, _OPEN),
    PublicField("named_score", False, _EXEMPT),
    PublicField("flag", False, _EXEMPT),
    PublicField("leave_reason", False, _EXEMPT),
    PublicField("coordinates", False, "UU 27/2022 pasal 16"),
    PublicField("nip", False, "UU 27/2022 pasal 16"),
    PublicField("salary", False, _EXEMPT),
)
"""All that was decided about. Unit-level rates of flags may be public; a flag of a person never is."""

_PUBLIC = {field.name for field in PUBLIC_FIELDS if field.public}


def is_public(name: str) -> bool:
    """Whether a field may be on the public page; False for a name that nobody decided about."""
    return name in _PUBLIC
