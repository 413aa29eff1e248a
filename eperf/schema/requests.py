"""What all requests for days have in common in the schema: the word for where they stand."""

from __future__ import annotations

import strawberry

from eperf.domain.attendance.request import RequestState

__all__ = ["RequestState"]

strawberry.enum(RequestState, description="Where a request stands (keadaan).")
