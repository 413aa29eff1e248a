"""The same, of a kind that is imported for type checkers only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eperf.plugins import hookimpl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eperf.plugins import Scheme


# refused: eperf_work_time_policies says that it returns Scheme, not WorkTimePolicy
@hookimpl
def eperf_work_time_policies() -> Sequence[Scheme[Any]]:
    """Gives nothing."""
    return []
