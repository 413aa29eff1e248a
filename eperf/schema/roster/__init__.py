"""Rosters: who works which shift on which day (jadwal dinas)."""
