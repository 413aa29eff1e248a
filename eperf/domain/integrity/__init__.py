"""Hints at cheating: indicators, findings, and the life of a flag.

A finding is a hint with the figures it was computed from and the innocent causes it may have. It cuts nothing by
itself: a person answers, a superior or an inspector decides, and only what was confirmed may reach an appraisal.
`catalogue` is the open list of indicators; `place`, `device`, `presence`, `entries`, `texts`, `evidence`,
`approvals` and `outliers` hold the detectors for one person or one case, `columns` the same over a month
of many people; `flag` and `quality` say what becomes of a finding.
"""
