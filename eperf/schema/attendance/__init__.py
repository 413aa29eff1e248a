"""Punches, days and machines (presensi)."""
