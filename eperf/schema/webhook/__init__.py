"""Webhooks (pemberitahuan ke sistem lain)."""
