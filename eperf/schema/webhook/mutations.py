"""What is done to webhooks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import strawberry

from eperf.domain.errors import Refused
from eperf.domain.webhook.state import Fault
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.problems import Problem, problem_of, verb
from eperf.schema.webhook.types import Webhook, place_of
from eperf.services import webhook as verbs
from eperf.services.webhook.probe import Probe

WebhookPayload = Annotated[
    Webhook | Problem,
    strawberry.union("WebhookPayload", description="The webhook, or why nothing was changed."),
]


@strawberry.type(
    description="A webhook with a secret that was made just now. The secret is never shown again."
)
class WebhookSecret:
    """A webhook with a secret that was made just now."""

    webhook: Webhook | None
    secret: str | None = strawberry.field(
        description="What requests are signed with, `whsec_…`; null when the same key asked before."
    )


@strawberry.type(description="A header.")
class WebhookHeader:
    """A header."""

    name: str
    value: str


@strawberry.type(description="A request to a receiver that sent no update, and its answer.")
class WebhookProbe:
    """A request to a receiver that sent no update."""

    webhook: Webhook | None
    verified: bool | None = strawberry.field(
        description="Whether the answer was the challenge; null for a dry run."
    )
    headers: list[WebhookHeader] = strawberry.field(description="What was sent: its headers.")
    body: str = strawberry.field(description="What was sent: its body.")
    status: int | None = strawberry.field(description="The answer's status; null where none came.")
    latency_ms: int
    fault: Fault | None = strawberry.field(description="Why it failed; null when it was taken.")
    why: str
    answer: str = strawberry.field(description="The answer's first 2,000 characters.")


@strawberry.type(description="How many updates are sent again.")
class WebhookRedelivery:
    """How many updates are sent again."""

    webhook: Webhook | None
    deliveries: int


SecretPayload = Annotated[
    WebhookSecret | Problem,
    strawberry.union(
        "WebhookSecretPayload", description="The webhook and its secret, or why nothing was changed."
    ),
]
ProbePayload = Annotated[
    WebhookProbe | Problem,
    strawberry.union(
        "WebhookProbePayload", description="What was sent and answered, or why nothing was sent."
    ),
]
RedeliveryPayload = Annotated[
    WebhookRedelivery | Problem,
    strawberry.union("WebhookRedeliveryPayload", description="How many are sent again, or why none is."),
]


@strawberry.input(description="A webhook of the caller's account, for a unit and all below it.")
class CreateWebhookInput:
    """A webhook of the caller's account."""

    name: str
    url: str = strawberry.field(description="`https://HOST/PATH`, at most 1,000 characters.")
    unit: strawberry.ID
    units: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Only these units, each at or below `unit`."
    )
    kinds: list[str] | None = strawberry.field(default=None, description="Only these kinds.")
    selection: str | None = strawberry.field(
        default=None,
        description="What is sent of an update: a selection on `PerformanceUpdate`, such as `{ kind subject { id } }`.",
    )
    idempotency_key: str | None = None


@strawberry.input(description="What is to be different; what is left out or null stays.")
class ChangeWebhookInput:
    """What is to be different."""

    webhook: strawberry.ID
    name: str | None = None
    url: str | None = strawberry.field(default=None, description="It has to be verified again.")
    units: list[strawberry.ID] | None = strawberry.field(default=None, description="Empty: all of its unit.")
    kinds: list[str] | None = strawberry.field(default=None, description="Empty: all.")
    selection: str | None = strawberry.field(default=None, description="Empty: ids and kind alone.")


@strawberry.input(description="A webhook.")
class WebhookInput:
    """A webhook."""

    webhook: strawberry.ID


@strawberry.input(description="A webhook that is to go on.")
class ResumeWebhookInput:
    """A webhook that is to go on."""

    webhook: strawberry.ID
    skip_missed: bool = strawberry.field(
        default=False, description="From now on, leaving out what the log has had meanwhile."
    )


@strawberry.input(description="A webhook that is to have another secret.")
class RotateWebhookSecretInput:
    """A webhook that is to have another secret."""

    webhook: strawberry.ID
    overlap_hours: int = strawberry.field(
        default=24, description="So long both secrets sign: 0 to 336 hours."
    )
    idempotency_key: str | None = None


@strawberry.input(description="What is to be sent again, in exactly one of three ways.")
class RedeliverWebhookInput:
    """What is to be sent again."""

    webhook: strawberry.ID
    deliveries: list[strawberry.ID] | None = strawberry.field(default=None, description="These, 100 at most.")
    first: str | None = strawberry.field(
        default=None, description="From this cursor on, 5,000 updates of 200,000 places at most."
    )
    last: str | None = strawberry.field(default=None, description="Up to this cursor.")
    all_failed: bool = strawberry.field(default=False, description="All that were set aside.")
    idempotency_key: str | None = None


def _numbers(given: list[strawberry.ID] | None) -> tuple[int, ...] | None:
    return None if given is None else tuple(number_of(one, "Unit", "units") for one in given)


async def _create(context: Context, given: CreateWebhookInput) -> WebhookSecret:
    new = verbs.NewWebhook(
        given.name, given.url, number_of(given.unit, "Unit", "unit"), _numbers(given.units) or (),
        tuple(given.kinds or ()), given.selection,
    )  # fmt: skip
    made = await verbs.create(context.call(given.idempotency_key), new, context.webhooks)
    return WebhookSecret(webhook=await _shown(context, made.id), secret=made.secret)


async def _rotate(context: Context, given: RotateWebhookSecretInput) -> WebhookSecret:
    number = number_of(given.webhook, "Webhook", "webhook")
    made = await verbs.rotate(context.call(given.idempotency_key), number, given.overlap_hours)
    return WebhookSecret(webhook=await _shown(context, made.id), secret=made.secret)


async def _redeliver(context: Context, given: RedeliverWebhookInput) -> WebhookRedelivery:
    number = number_of(given.webhook, "Webhook", "webhook")
    named = tuple(number_of(one, "WebhookDelivery", "deliveries") for one in given.deliveries or ())
    first = None if given.first is None else place_of(given.first, "first")
    last = None if given.last is None else place_of(given.last, "last")
    again = verbs.Again(named, first, last, given.all_failed)
    count = await verbs.redeliver(context.call(given.idempotency_key), number, again)
    return WebhookRedelivery(webhook=await _shown(context, number), deliveries=count)


async def _verify(context: Context, given: WebhookInput) -> WebhookProbe:
    number = number_of(given.webhook, "Webhook", "webhook")
    return await _probed(context, await verbs.verify(context.call(), number, context.webhooks))


async def _test(context: Context, given: WebhookInput) -> WebhookProbe:
    number = number_of(given.webhook, "Webhook", "webhook")
    return await _probed(context, await verbs.test(context.call(), number, context.webhooks))


async def _probed(context: Context, probe: Probe) -> WebhookProbe:
    outcome = probe.outcome
    return WebhookProbe(
        webhook=await _shown(context, probe.webhook_id),
        verified=probe.verified,
        headers=[WebhookHeader(name=name, value=value) for name, value in probe.message.headers.items()],
        body=probe.message.body.decode(),
        status=outcome.status,
        latency_ms=int(outcome.seconds * 1000),
        fault=outcome.fault,
        why=outcome.why,
        answer=outcome.body.decode("utf-8", "replace")[:2_000].replace("\0", "\ufffd"),
    )


async def _shown(context: Context, number: int) -> Webhook | None:
    found: Webhook | None = await context.fresh().rows.one(Webhook, number)
    return found


def _answering(
    run: Callable[[Context, Any], Awaitable[Any]], kind: type, payload: Any, description: str
) -> Any:
    """A mutation whose answer is made by hand: it shows what no row holds."""

    async def resolve(info: strawberry.Info, input: Any) -> Any:  # noqa: A002
        try:
            return await run(info.context, input)
        except Refused as refused:
            problem = problem_of(refused, info.context)
            if problem is None:
                raise
            return problem

    resolve.__annotations__ = {"info": strawberry.Info, "input": kind, "return": payload}
    return strawberry.mutation(resolver=resolve, description=description)


async def _change(context: Context, input: ChangeWebhookInput) -> int:  # noqa: A002
    changes = verbs.Changes(
        input.name, input.url, _numbers(input.units), None if input.kinds is None else tuple(input.kinds),
        input.selection,
    )  # fmt: skip
    return await verbs.change(
        context.call(), number_of(input.webhook, "Webhook", "webhook"), changes, context.webhooks
    )


async def _pause(context: Context, input: WebhookInput) -> int:  # noqa: A002
    return await verbs.pause(context.call(), number_of(input.webhook, "Webhook", "webhook"))


async def _resume(context: Context, input: ResumeWebhookInput) -> int:  # noqa: A002
    number = number_of(input.webhook, "Webhook", "webhook")
    return await verbs.resume(context.call(), number, skip=input.skip_missed)


async def _remove(context: Context, input: WebhookInput) -> int:  # noqa: A002
    return await verbs.remove(context.call(), number_of(input.webhook, "Webhook", "webhook"))


MUTATIONS = {
    "create_webhook": _answering(
        _create,
        CreateWebhookInput,
        SecretPayload,
        "An address that is to be sent updates; then `verifyWebhook`.",
    ),
    "change_webhook": verb(Webhook, WebhookPayload, _change, "A webhook of one's own is to be different."),
    "verify_webhook": _answering(
        _verify,
        WebhookInput,
        ProbePayload,
        "Asks the receiver whether it wants updates; if it does they flow.",
    ),
    "test_webhook": _answering(
        _test, WebhookInput, ProbePayload, "A dry run: sends a `webhook.test` and shows request and answer."
    ),
    "rotate_webhook_secret": _answering(
        _rotate, RotateWebhookSecretInput, SecretPayload, "Another secret; both sign for a while."
    ),
    "pause_webhook": verb(
        Webhook, WebhookPayload, _pause, "Sends nothing for now; what happens meanwhile is sent afterwards."
    ),
    "resume_webhook": verb(Webhook, WebhookPayload, _resume, "A paused or disabled webhook goes on."),
    "redeliver_webhook": _answering(
        _redeliver,
        RedeliverWebhookInput,
        RedeliveryPayload,
        "Sends updates again, with the ids that they had.",
    ),
    "remove_webhook": verb(Webhook, WebhookPayload, _remove, "Takes a webhook away for good."),
}
