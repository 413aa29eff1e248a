"""What is known of a file; its bytes are at `/files/ID`."""

from __future__ import annotations

import strawberry

from eperf.domain.access import Operation, Scope
from eperf.planner.mapping import column, mapped
from eperf.schema.node import Node
from eperf.schema.scalars import DateTime
from eperf.store.access import AccountRow
from eperf.store.activity import ActivityRow, EvidenceRow
from eperf.store.citing import CITING
from eperf.store.condition import Condition, Either, Is, Within
from eperf.store.file import FileRow
from eperf.store.scope import Columns, reach, reach_of_activities


def _reach(scope: Scope) -> Condition | None:
    """One's own uploads, and what anything in reach cites: activities, leave, duty orders, appeals and the others."""
    within = reach(scope, Columns())
    if within is None:
        return None
    cited = [
        Within(
            "id", EvidenceRow, "file_id", Within("activity_id", ActivityRow, "id", reach_of_activities(scope))
        ),
        *(Within("id", link, "file_id", Within(near, citing, "id", within)) for link, near, citing in CITING),
    ]
    if scope.employee_id is None:
        return Either(tuple(cited))
    own = Within("account_id", AccountRow, "id", Is("employee_id", scope.employee_id))
    return Either((*cited, own))


@mapped(FileRow, Operation.FILE_READ, _reach)
@strawberry.type(description="A file kept by its content (berkas bukti).")
class File(Node):
    """A file."""

    sha256: str = column("sha256", "The content's hash.")
    size: int = column("size", "Bytes.")
    media_type: str = column("media_type", "What the content is, by the content itself.")
    created_at: DateTime = column("created_at", "When it was brought.")
