"""Webhooks on their way out: what one installation sends to addresses that others run."""
