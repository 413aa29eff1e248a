"""What every thing with an id has in common."""

from __future__ import annotations

from typing import Any

import strawberry

from eperf.schema.ids import global_id


@strawberry.interface(description="A thing with an id that names it everywhere.")
class Node:
    """A thing with an id; it wraps its row."""

    row: strawberry.Private[Any]

    @strawberry.field(description="The opaque id.")
    def id(self) -> strawberry.ID:
        """The global id, by the type's GraphQL name."""
        return strawberry.ID(global_id(type(self).__name__, self.row.id))
