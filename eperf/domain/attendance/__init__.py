"""Attendance as pure rules: raw punches, work calendars, the arithmetic of a day, and its classification.

Nothing here reads a clock, a file or a database: whoever classifies a day hands in all of it.
"""
