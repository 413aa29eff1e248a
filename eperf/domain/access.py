"""Who may do what to whom: one table, asked once in a service, and compiled into row predicates for reads.

A role is held over a unit and everything below it, by grant; being an employee and being somebody's superior follow
from the organisation itself. A `Reach` says how far a role carries an operation. Nothing else in eperf decides access.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from eperf.domain.errors import Forbidden


class Role(StrEnum):
    """What somebody is, over some unit."""

    EMPLOYEE = "employee"
    SUPERVISOR = "supervisor"
    UNIT_LEADER = "unit_leader"
    PERSONNEL_ADMIN = "personnel_admin"
    AUDITOR = "auditor"
    SIGNER = "signer"
    PLUGIN_ADMIN = "plugin_admin"
    INTEGRATOR = "integrator"


IMPLIED = frozenset({Role.EMPLOYEE, Role.SUPERVISOR})
GRANTED = frozenset(Role) - IMPLIED


class Operation(StrEnum):
    """Everything that can be allowed or refused."""

    UNIT_READ = "unit.read"
    EMPLOYEE_READ = "employee.read"
    ATTENDANCE_READ = "attendance.read"
    ACTIVITY_READ = "activity.read"
    SCORE_READ = "score.read"
    CATALOGUE_READ = "catalogue.read"
    DEADLINE_READ = "deadline.read"
    DEVICE_READ = "device.read"
    EVENT_READ = "event.read"
    FILE_READ = "file.read"
    PLUGIN_READ = "plugin.read"
    CALENDAR_READ = "calendar.read"
    LEAVE_READ = "leave.read"
    DUTY_READ = "duty.read"
    POSITION_READ = "position.read"
    PAY_READ = "pay.read"
    PLAN_READ = "plan.read"
    BEHAVIOUR_READ = "behaviour.read"
    PREDIKAT_READ = "predikat.read"
    PERIOD_READ = "period.read"
    RECEIPT_READ = "receipt.read"
    APPEAL_READ = "appeal.read"
    WEBHOOK_READ = "webhook.read"
    CLOCK = "attendance.clock"
    ACTIVITY_SUBMIT = "activity.submit"
    ACTIVITY_DECIDE = "activity.decide"
    LEAVE_REQUEST = "leave.request"
    LEAVE_DECIDE = "leave.decide"
    DUTY_REQUEST = "duty.request"
    DUTY_DECIDE = "duty.decide"
    CORRECTION_REQUEST = "correction.request"
    CORRECTION_DECIDE = "correction.decide"
    FILE_UPLOAD = "file.upload"
    PLAN_WRITE = "plan.write"
    PLAN_DECIDE = "plan.decide"
    UNIT_PLAN_WRITE = "unit-plan.write"
    UNIT_PLAN_DECIDE = "unit-plan.decide"
    RATING_GIVE = "rating.give"
    PREDIKAT_DECIDE = "predikat.decide"
    APPRAISAL_WRITE = "appraisal.write"
    ORGANISATION_WRITE = "organisation.write"
    PEOPLE_WRITE = "people.write"
    ACTING_APPOINT = "acting.appoint"
    CATALOGUE_WRITE = "catalogue.write"
    DEADLINE_WRITE = "deadline.write"
    DEVICE_WRITE = "device.write"
    CALENDAR_WRITE = "calendar.write"
    FENCE_WRITE = "fence.write"
    ROSTER_WRITE = "roster.write"
    BINDING_WRITE = "binding.write"
    WHAT_IF = "what-if.run"
    PERIOD_CLOSE = "period.close"
    APPEAL_RAISE = "appeal.raise"
    APPEAL_DECIDE = "appeal.decide"
    ACCOUNT_WRITE = "account.write"
    TOKEN_WRITE = "token.write"
    WEBHOOK_WRITE = "webhook.write"
    WEBHOOK_STOP = "webhook.stop"


class Reach(IntEnum):
    """How far: oneself, one's direct reports, the granted units with all below them, or everything."""

    SELF = 1
    REPORTS = 2
    SUBTREE = 3
    ALL = 4


_E, _S, _L, _P = Role.EMPLOYEE, Role.SUPERVISOR, Role.UNIT_LEADER, Role.PERSONNEL_ADMIN
_A, _G, _X, _I = Role.AUDITOR, Role.SIGNER, Role.PLUGIN_ADMIN, Role.INTEGRATOR
_EVERYBODY = dict.fromkeys(Role, Reach.ALL)
_PERSONAL_DATA = {
    _E: Reach.SELF, _S: Reach.REPORTS, _L: Reach.SUBTREE, _P: Reach.SUBTREE, _A: Reach.SUBTREE, _I: Reach.SUBTREE,
}  # fmt: skip

ACCESS: Mapping[Operation, Mapping[Role, Reach]] = {
    Operation.UNIT_READ: _EVERYBODY,
    Operation.CATALOGUE_READ: _EVERYBODY,
    Operation.DEADLINE_READ: _EVERYBODY,
    Operation.EMPLOYEE_READ: {**_PERSONAL_DATA, _G: Reach.SUBTREE},
    Operation.ATTENDANCE_READ: _PERSONAL_DATA,
    Operation.ACTIVITY_READ: _PERSONAL_DATA,
    Operation.SCORE_READ: {**_PERSONAL_DATA, _G: Reach.SUBTREE},
    Operation.EVENT_READ: _PERSONAL_DATA,
    Operation.FILE_READ: {_E: Reach.SELF, _S: Reach.REPORTS, _L: Reach.SUBTREE, _A: Reach.SUBTREE},
    Operation.DEVICE_READ: {_L: Reach.SUBTREE, _P: Reach.SUBTREE, _A: Reach.SUBTREE},
    Operation.PLUGIN_READ: {_X: Reach.SUBTREE, _P: Reach.SUBTREE, _A: Reach.SUBTREE},
    Operation.CALENDAR_READ: _EVERYBODY,
    # Why somebody is away is often a matter of health: it goes to nobody's other system.
    Operation.LEAVE_READ: {role: reach for role, reach in _PERSONAL_DATA.items() if role is not _I},
    Operation.DUTY_READ: _PERSONAL_DATA,
    # Where somebody stood is seen by those who answer for it, and goes to nobody's other system.
    Operation.POSITION_READ: {_E: Reach.SELF, _S: Reach.REPORTS, _L: Reach.SUBTREE, _A: Reach.SUBTREE},
    # What somebody is paid is seen by the person, by who pays and by who audits.
    Operation.PAY_READ: {_E: Reach.SELF, _P: Reach.SUBTREE, _A: Reach.SUBTREE},
    # Beside these reach: plans of units, which are everybody's, and the superior's agreed plan, which one's own serves.
    Operation.PLAN_READ: _PERSONAL_DATA,
    # What colleagues think of somebody goes to nobody's other system but as a score.
    Operation.BEHAVIOUR_READ: {role: reach for role, reach in _PERSONAL_DATA.items() if role is not _I},
    Operation.PREDIKAT_READ: {**_PERSONAL_DATA, _G: Reach.SUBTREE},
    Operation.PERIOD_READ: _EVERYBODY,
    # A receipt holds every fact that a score was made from, an appeal what somebody says in confidence.
    Operation.RECEIPT_READ: {role: reach for role, reach in _PERSONAL_DATA.items() if role is not _I},
    # A decree waits for appeals, so who signs sees them.
    Operation.APPEAL_READ: {
        **{role: reach for role, reach in _PERSONAL_DATA.items() if role is not _I},
        _G: Reach.SUBTREE,
    },
    Operation.WEBHOOK_READ: {_P: Reach.SUBTREE, _A: Reach.SUBTREE, _I: Reach.SUBTREE},
    Operation.CLOCK: {_E: Reach.SELF},
    Operation.ACTIVITY_SUBMIT: {_E: Reach.SELF},
    Operation.ACTIVITY_DECIDE: {_S: Reach.REPORTS},
    Operation.LEAVE_REQUEST: {_E: Reach.SELF},
    Operation.LEAVE_DECIDE: {_S: Reach.REPORTS},
    Operation.DUTY_REQUEST: {_E: Reach.SELF},
    Operation.DUTY_DECIDE: {_S: Reach.REPORTS},
    Operation.CORRECTION_REQUEST: {_E: Reach.SELF},
    Operation.CORRECTION_DECIDE: {_L: Reach.SUBTREE},
    Operation.FILE_UPLOAD: {_E: Reach.SELF},
    Operation.PLAN_WRITE: {_E: Reach.SELF},
    Operation.PLAN_DECIDE: {_S: Reach.REPORTS},
    Operation.UNIT_PLAN_WRITE: {_L: Reach.SUBTREE, _P: Reach.SUBTREE},
    Operation.UNIT_PLAN_DECIDE: {_L: Reach.SUBTREE},
    # A rating is its giver's alone: nobody else reads it, whatever they are.
    Operation.RATING_GIVE: {_E: Reach.SELF},
    Operation.PREDIKAT_DECIDE: {_S: Reach.REPORTS},
    Operation.APPRAISAL_WRITE: {_P: Reach.SUBTREE},
    Operation.ORGANISATION_WRITE: {_P: Reach.SUBTREE},
    Operation.PEOPLE_WRITE: {_P: Reach.SUBTREE},
    Operation.ACTING_APPOINT: {_P: Reach.SUBTREE},
    Operation.CATALOGUE_WRITE: {_P: Reach.SUBTREE, _X: Reach.SUBTREE},
    Operation.DEADLINE_WRITE: {_P: Reach.SUBTREE, _X: Reach.SUBTREE},
    Operation.DEVICE_WRITE: {_P: Reach.SUBTREE},
    Operation.CALENDAR_WRITE: {_P: Reach.SUBTREE},
    Operation.FENCE_WRITE: {_P: Reach.SUBTREE},
    Operation.ROSTER_WRITE: {_P: Reach.SUBTREE},
    Operation.BINDING_WRITE: {_X: Reach.SUBTREE},
    Operation.WHAT_IF: {_X: Reach.SUBTREE, _P: Reach.SUBTREE},
    Operation.PERIOD_CLOSE: {_P: Reach.SUBTREE},
    Operation.APPEAL_RAISE: {_E: Reach.SELF},
    Operation.APPEAL_DECIDE: {_L: Reach.SUBTREE},
    Operation.ACCOUNT_WRITE: {_P: Reach.SUBTREE},
    Operation.TOKEN_WRITE: dict.fromkeys(Role, Reach.SELF),
    # A webhook acts with its owner's rights, so what it sends, and where, is said by nobody but the owner.
    Operation.WEBHOOK_WRITE: {_P: Reach.SUBTREE, _I: Reach.SUBTREE},
    Operation.WEBHOOK_STOP: {_P: Reach.SUBTREE},
}

NEVER_ON_ONESELF = frozenset(
    {
        Operation.ACTIVITY_DECIDE,
        Operation.LEAVE_DECIDE,
        Operation.DUTY_DECIDE,
        Operation.CORRECTION_DECIDE,
        Operation.PLAN_DECIDE,
        Operation.PREDIKAT_DECIDE,
        Operation.APPEAL_DECIDE,
        Operation.ACTING_APPOINT,
        Operation.ACCOUNT_WRITE,
    }
)


@dataclass(frozen=True)
class Viewer:
    """Who asks. `grants` are (role, unit id); `stands_in_for` are the employees whose duties the viewer has today.

    `roles` are those in effect: what the organisation and the grants give, cut down to what the token carries.
    """

    account_id: int
    name: str
    employee_id: int | None = None
    roles: frozenset[Role] = frozenset()
    grants: frozenset[tuple[Role, int]] = frozenset()
    stands_in_for: frozenset[int] = frozenset()
    token_id: int | None = None
    system: bool = False

    @property
    def rights(self) -> tuple[object, ...]:
        """What all that a viewer may see follows from: who has equal rights sees the same, by whatever account."""
        return (self.system, self.employee_id, self.roles, self.grants, self.stands_in_for)


SYSTEM = Viewer(account_id=0, name="system", system=True)
"""The installation itself: its jobs, and whoever may run commands on the server. Everything is in its reach."""


@dataclass(frozen=True)
class Subject:
    """Whom an operation touches: an employee (if any), their superior, and the units above them, their own included."""

    units: frozenset[int]
    employee_id: int | None = None
    supervisor_id: int | None = None


@dataclass(frozen=True)
class Scope:
    """The rows an operation may touch: the disjunction of its members. Compiled to SQL by `eperf.store.scope`."""

    everything: bool = False
    employee_id: int | None = None
    supervisors: frozenset[int] = frozenset()
    units: frozenset[int] = frozenset()
    not_employee_id: int | None = None

    @property
    def nothing(self) -> bool:
        """True when no row at all is in reach."""
        return not (self.everything or self.employee_id or self.supervisors or self.units)

    def covers(self, subject: Subject) -> bool:
        """Whether one subject lies within."""
        if self.not_employee_id is not None and subject.employee_id == self.not_employee_id:
            return False
        return (
            self.everything
            or (self.employee_id is not None and subject.employee_id == self.employee_id)
            or (subject.supervisor_id is not None and subject.supervisor_id in self.supervisors)
            or bool(self.units & subject.units)
        )


@dataclass(frozen=True)
class Permission:
    """What a plugin's own verb or route takes: `value` is its name (`sample.commend`), `reaches` as in `ACCESS`."""

    value: str
    reaches: Mapping[Role, Reach]
    never_on_oneself: bool = False


def scope(viewer: Viewer, operation: Operation | Permission) -> Scope:
    """How far this viewer's roles carry an operation."""
    if isinstance(operation, Permission):
        allowed, never = operation.reaches, operation.never_on_oneself
    else:
        allowed, never = ACCESS[operation], operation in NEVER_ON_ONESELF
    reaches = {role: reach for role, reach in allowed.items() if role in viewer.roles}
    carried = set(reaches.values())
    own = viewer.employee_id
    return Scope(
        everything=viewer.system or Reach.ALL in carried,
        employee_id=own if Reach.SELF in carried else None,
        supervisors=viewer.stands_in_for | ({own} if own else set())
        if Reach.REPORTS in carried
        else frozenset(),
        units=frozenset(unit for role, unit in viewer.grants if reaches.get(role) == Reach.SUBTREE),
        not_employee_id=own if never else None,
    )


def require(
    viewer: Viewer, operation: Operation | Permission, subject: Subject, field: str | None = None
) -> None:
    """Refuses with `FORBIDDEN` unless the operation reaches the subject."""
    if not scope(viewer, operation).covers(subject):
        raise Forbidden(operation.value, field)
