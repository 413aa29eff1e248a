"""Every refusal there is: one class and one stable code each.

`core` says what a refusal is and holds the general ones; the other files hold those of a noun.
"""

from eperf.domain.errors.access import LoginFailed, MediaTypeRefused, TooManyAttempts
from eperf.domain.errors.activity import (
    EvidenceMissing,
    EvidenceTooLarge,
    ItemNotForPosition,
    MinutesOutsideNorm,
    ReportTooLate,
    VerificationFinal,
)
from eperf.domain.errors.appraisal import CascadeCycle, DeadlinePassed, RoundStanding
from eperf.domain.errors.attendance import BadSerial, CheckInRefused, LeaveNotAllowed, PullFailed, SpanTaken
from eperf.domain.errors.backup import BackupDamaged, BackupNewer, PlaceNotEmpty, RestoreUnfinished
from eperf.domain.errors.core import (
    BadInput,
    Conflict,
    Forbidden,
    KeyReused,
    NotFound,
    Refused,
    TooMany,
    TooSlow,
    Unauthenticated,
    Unavailable,
    shown,
)
from eperf.domain.errors.database import DatabaseDamaged
from eperf.domain.errors.imports import (
    DependsOnBadRow,
    DoubleColumn,
    DuplicateRow,
    FileUnreadable,
    MissingColumn,
    NumberNotExact,
    RowShape,
    UnknownColumn,
)
from eperf.domain.errors.organisation import ItemOverlap, Taken, UnitCycle
from eperf.domain.errors.people import (
    ActingForOneself,
    ActingOverlap,
    BadNip,
    PlacementOverlap,
    SupervisorCycle,
)
from eperf.domain.errors.plugins import PluginDisabled, PluginInUse
from eperf.domain.errors.promotion import NoSalaryCell
from eperf.domain.errors.receipt import (
    AppealTooLate,
    BundleDamaged,
    BundleUnreadable,
    PeriodNotReady,
    ReplayDiffers,
    ReviewerNotFree,
    SchemeNotInstalled,
)
from eperf.domain.errors.rules import NotInForce, RateUnknown
from eperf.domain.errors.scoring import ClientsBroken, PluginsRefused, ScoringFrameInvalid, WeightsNot100
from eperf.domain.errors.signing import DocumentGone, PassphraseGone, SigningDisabled

__all__ = [
    "ActingForOneself",
    "ActingOverlap",
    "AppealTooLate",
    "BackupDamaged",
    "BackupNewer",
    "BadInput",
    "BadNip",
    "BadSerial",
    "BundleDamaged",
    "BundleUnreadable",
    "CascadeCycle",
    "CheckInRefused",
    "ClientsBroken",
    "Conflict",
    "DatabaseDamaged",
    "DeadlinePassed",
    "DependsOnBadRow",
    "DocumentGone",
    "DoubleColumn",
    "DuplicateRow",
    "EvidenceMissing",
    "EvidenceTooLarge",
    "FileUnreadable",
    "Forbidden",
    "ItemNotForPosition",
    "ItemOverlap",
    "KeyReused",
    "LeaveNotAllowed",
    "LoginFailed",
    "MediaTypeRefused",
    "MinutesOutsideNorm",
    "MissingColumn",
    "NoSalaryCell",
    "NotFound",
    "NotInForce",
    "NumberNotExact",
    "PassphraseGone",
    "PeriodNotReady",
    "PlaceNotEmpty",
    "PlacementOverlap",
    "PluginDisabled",
    "PluginInUse",
    "PluginsRefused",
    "PullFailed",
    "RateUnknown",
    "Refused",
    "ReplayDiffers",
    "ReportTooLate",
    "RestoreUnfinished",
    "ReviewerNotFree",
    "RoundStanding",
    "RowShape",
    "SchemeNotInstalled",
    "ScoringFrameInvalid",
    "SigningDisabled",
    "SpanTaken",
    "SupervisorCycle",
    "Taken",
    "TooMany",
    "TooManyAttempts",
    "TooSlow",
    "Unauthenticated",
    "Unavailable",
    "UnitCycle",
    "UnknownColumn",
    "VerificationFinal",
    "WeightsNot100",
    "shown",
]
