"""What an attendance source of a plugin is written with, beside the values of `eperf.plugins`.

Fields of a clock record are read with `pin_of`, `code_of` and `instant_of`, which raise `Unreadable` with the word
that a `SkippedLine` carries; numbers mean what `codes_named` of the family says; text from outside becomes storable
with `safe_text`. One that is asked has `is_asked` and `pull` (`PullSource`); it meets the outside through `Outside`.
"""

from eperf.domain.attendance.carried import FileRead
from eperf.domain.attendance.pull import (
    COMM_KEY_OPTION,
    HOST_OPTION,
    PORT_OPTION,
    HttpAnswer,
    HttpAsk,
    Outside,
    PullRead,
    PullSource,
    unseen,
)
from eperf.domain.attendance.punch import digest, safe_text
from eperf.domain.attendance.source import KeptUser
from eperf.domain.errors import BadSerial, PullFailed, TooMany
from eperf.domain.in_force import in_force
from eperf.plugins.builtin.adms_lines import fact
from eperf.plugins.builtin.clock_fields import (
    FIRST_YEAR,
    LAST_YEAR,
    PIN,
    Unreadable,
    code_of,
    instant_of,
    pin_of,
)
from eperf.plugins.builtin.code_tables import Codes, codes_named
from eperf.plugins.builtin.offline import Offline

__all__ = [
    "COMM_KEY_OPTION",
    "FIRST_YEAR",
    "HOST_OPTION",
    "LAST_YEAR",
    "PIN",
    "PORT_OPTION",
    "BadSerial",
    "Codes",
    "FileRead",
    "HttpAnswer",
    "HttpAsk",
    "KeptUser",
    "Offline",
    "Outside",
    "PullFailed",
    "PullRead",
    "PullSource",
    "TooMany",
    "Unreadable",
    "code_of",
    "codes_named",
    "digest",
    "fact",
    "in_force",
    "instant_of",
    "pin_of",
    "safe_text",
    "unseen",
]
