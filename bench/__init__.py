"""Measurements: what a change may cost is seen here, not guessed."""
