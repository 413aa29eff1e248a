"""Fields of the core whose value depends on who asks, beyond what that viewer may see."""

PERSONAL = frozenset({"Webhook.url", "Webhook.selection", "WebhookAttempt.answer"})
"""As `Type.field`: a resolver that reads the viewer's account belongs here, or equal rights would share its answer."""
