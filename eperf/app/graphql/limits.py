"""Every number that bounds the GraphQL front, in one place.

A valid document of one kilobyte can ask for more memory than the machine has, so nothing a stranger sends is without
a bound: bytes before they are read, tokens before they are a tree, a tree before it is validated, a cost before it
is executed, a time while it runs, and a rate for whoever asks. HTTP and sockets share these numbers; a limit that
holds on one way in only holds on none.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphql import OperationType


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one front. Each refusal names the attribute that was passed as its `limit`."""

    url_bytes: int = 8_192
    """Path and query string together."""
    body_bytes: int = 262_144
    """A POST body; evidence files have a way in of their own."""
    body_seconds: float = 10.0
    """From the first byte asked for to the last one received."""
    json_depth: int = 32
    """Levels of arrays and objects in a body, in a `variables` parameter, in a socket message, in a literal."""
    json_values: int = 20_000
    """Values (of any kind) in the same."""

    document_bytes: int = 65_536
    """A document's length in UTF-8."""
    tokens: int = 2_000
    """Lexical tokens of a document."""
    comments: int = 200
    """Comments of a document; they are no tokens to the grammar, but are kept in memory like them."""
    depth: int = 16
    """Levels of fields, fragments walked through. What stands below `__schema` and `__type` is not counted."""
    fields: int = 1_000
    """Fields of one definition with every fragment spread out."""
    aliases: int = 50
    """Aliases of one definition with every fragment spread out."""
    directives: int = 50
    """Directives of one definition with every fragment spread out."""
    introspections: int = 2
    """`__schema` and `__type` fields of one definition with every fragment spread out."""
    operations: int = 10
    """Operations in one document."""
    fragments: int = 50
    """Fragments in one document."""
    comparisons: int = 5_000
    """Steps that validation may take to find out whether fields of one name can be merged."""

    cost: int = 50_000
    """Fields times the lists they stand in, before execution."""
    subscription_cost: int = 5_000
    """The same for what a subscription executes at every update, whatever a single question may cost."""
    default_page: int = 20
    """What a connection without `first` and `last` is taken for in the cost."""
    plain_list: int = 10
    """What a list that is no connection is taken for in the cost."""

    requests_per_minute: int = 12_000
    """Requests of one principal; as many at once, if it has asked for none for a minute."""
    cost_per_minute: int = 30_000_000
    """Cost of one principal's requests, likewise."""
    operations_per_principal: int = 200
    """Queries and mutations of one principal under way at once."""
    principals: int = 10_000
    """Principals whose rates are remembered."""

    execution_seconds: float = 10.0
    """One execution: a query, a mutation, the opening of a stream, one of its events, the making of a context."""
    errors: int = 50
    """Errors in one answer."""

    cached_documents: int = 512
    """Parsed and validated documents kept."""
    cached_tokens: int = 100_000
    """Tokens of all kept documents together; a token takes some 400 bytes."""

    held_tokens: int = 1_000_000
    """Tokens of the documents of all open subscriptions together; 400 bytes of their variables count as one."""
    held_tokens_per_principal: int = 50_000
    """Those of one principal."""

    init_seconds: float = 5.0
    """From the opening of a socket to its `connection_init`."""
    message_bytes: int = 262_144
    """One message on a socket."""
    id_chars: int = 128
    """The id of an operation on a socket."""
    sockets: int = 10_000
    """Connections that stay open: sockets and event streams."""
    sockets_per_principal: int = 200
    """Those of one principal."""
    operations_per_socket: int = 50
    """Operations under way at once on one socket."""
    send_seconds: float = 20.0
    """How long a reader may leave a full socket or event stream unread."""
    comment_seconds: float = 12.0
    """Between two comments on an event stream, which show that it lives."""
    recheck_seconds: float = 0.5
    """Between two looks at whether the credential of a socket or an event stream still holds."""

    def cost_of(self, kind: OperationType) -> tuple[str, int]:
        """The bound on the cost of an operation, and its name."""
        if kind is OperationType.SUBSCRIPTION and self.subscription_cost < self.cost:
            return "subscription_cost", self.subscription_cost
        return "cost", self.cost
