"""Webhooks (pemberitahuan ke sistem lain): committed updates sent to an address that somebody else runs."""
