"""What is known of a file; its bytes are at `/files/ID`."""

from __future__ import annotations

from functools import partial

import strawberry

from eperf.domain.access import Operation, Scope
from eperf.planner.mapping import column, mapped
from eperf.schema.node import Node
from eperf.schema.scalars import DateTime
from eperf.store.access import AccountRow
from eperf.store.activity import ActivityRow, EvidenceRow
from eperf.store.file import FileRow
from eperf.store.scope import Columns, Q, Subquery, predicate


def _reach(scope: Scope) -> Q | None:
    """One's own uploads, and what hangs on an activity in reach."""
    activities = predicate(scope, Columns())
    if activities is None:
        return None
    seen = Subquery(ActivityRow.filter(activities).values("id"))
    cited = Subquery(EvidenceRow.filter(activity_id__in=seen).values("file_id"))
    if scope.employee_id is None:
        return Q(id__in=cited)
    own = Subquery(AccountRow.filter(employee_id=scope.employee_id).values("id"))
    return Q(Q(id__in=cited), Q(account_id__in=own), join_type=Q.OR)


@mapped(FileRow, Operation.FILE_READ, partial(_reach))
@strawberry.type(description="A file kept by its content (berkas bukti).")
class File(Node):
    """A file."""

    sha256: str = column("sha256", "The content's hash.")
    size: int = column("size", "Bytes.")
    media_type: str = column("media_type", "What the content is, by the content itself.")
    created_at: DateTime = column("created_at", "When it was brought.")
