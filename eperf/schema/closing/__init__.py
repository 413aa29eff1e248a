"""Months that are closed (penutupan periode)."""
