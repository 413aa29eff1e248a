"""PARE-type score: nothing below 50, a slope, everything from 85 on.

`rules` holds the rule. No scheme is registered: eperf's frame has neither the SKP per cent of the month
before nor ethics ratings, and a scheme that cannot compute must not be offered (`README.md`).
"""
