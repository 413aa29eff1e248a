"""Promotion in rank (kenaikan pangkat) as pure rules: who may be proposed for which day, and if not, why not.

Nothing here reads a clock, a file or a database. What cannot be shown is not met: an unknown appraisal, credit or
education is reported under the code whose evidence it is, never taken for fulfilled.
"""
