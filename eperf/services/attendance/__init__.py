"""Punches in, days out: device uploads, clocking in by oneself, enrolment, and the classification of days."""
