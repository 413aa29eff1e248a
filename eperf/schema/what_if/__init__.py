"""Trials of rules before they count (simulasi)."""
