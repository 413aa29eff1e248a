"""Fuzzing what reads outside input for attendance: one target a parser, the same for every way of running it."""
