"""Deadlines for reporting and deciding (tenggat)."""
