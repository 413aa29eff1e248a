"""Permissions of plugins are asked as the core's operations are."""

from __future__ import annotations

import pytest

from eperf.domain.access import Permission, Reach, Role, Subject, Viewer, require, scope
from eperf.domain.errors import Forbidden

RECORD = Permission("training.record", {Role.SUPERVISOR: Reach.REPORTS, Role.AUDITOR: Reach.SUBTREE}, True)
SUPERVISOR = Viewer(1, "Sri", employee_id=7, roles=frozenset({Role.EMPLOYEE, Role.SUPERVISOR}))
AUDITOR = Viewer(2, "Eka", roles=frozenset({Role.AUDITOR}), grants=frozenset({(Role.AUDITOR, 3)}))


def test_a_permission_reaches_as_far_as_its_roles_carry_it() -> None:
    reports, elsewhere = (
        Subject(frozenset({5}), 8, supervisor_id=7),
        Subject(frozenset({5}), 9, supervisor_id=6),
    )
    require(SUPERVISOR, RECORD, reports)
    require(AUDITOR, RECORD, Subject(frozenset({3, 5}), 9))
    with pytest.raises(Forbidden, match=r"training\.record"):
        require(SUPERVISOR, RECORD, elsewhere)
    assert scope(Viewer(3, "nobody"), RECORD).nothing


def test_what_is_never_done_on_oneself_is_refused_there() -> None:
    with pytest.raises(Forbidden):
        require(SUPERVISOR, RECORD, Subject(frozenset({5}), 7, supervisor_id=7))
