"""Kemnaker 70/30: performance by predikat, attendance by cuts, leave that replaces the total.

`pay` and `leave` hold the whole rule as functions; `scheme` carries out what a score can hold of it, `advice` the rest.
"""

from eperf.plugins import hookimpl
from eperf_ministry_70_30.advice import MinistryPay
from eperf_ministry_70_30.scheme import PAY, SCHEME


@hookimpl
def eperf_scoring_schemes() -> list[object]:
    """The schemes `ministry-70-30/pay` and `ministry-70-30/attendance`."""
    return [PAY, SCHEME]


@hookimpl
def eperf_pay_policies() -> list[object]:
    """The pay policy `ministry-70-30/pay`."""
    return [MinistryPay()]
