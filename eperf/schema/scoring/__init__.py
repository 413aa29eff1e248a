"""Scores that explain themselves (nilai kinerja)."""
