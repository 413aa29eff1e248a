"""The detectors over columns: a month of many people at once.

Each function here has a namesake for one case among its neighbours one floor up, takes the same settings, and gives
the same figures. It returns a row for every subject, flagged or not, with the figures that decided (`flagged` is the
last column), so that a unit's rates can be counted and a flag can show its evidence. Columns hold integers; a share
is compared by multiplying, never by dividing. Rows with an unknown person, place or time are the caller's to leave
out.
"""
