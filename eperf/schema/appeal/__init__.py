"""Appeals against leaves of scores (keberatan)."""
