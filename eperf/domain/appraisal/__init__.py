"""Appraisal: a superior's judgement of a person over a period, and what it decides later.

These rules stand apart from `eperf.domain.scoring` because they answer another question. Scoring weighs the
facts of one unit's month; an appraisal (SKP, predikat) is made by a person for a quarter or a year, it is
read by pay of a *later* period (hence the lags here), by promotion and by the check of a unit's distribution.
Schemes of several units read the predikat, so none of them owns it. One file per regulation or question:

- `predikat`: the words and the expectation matrix (PermenPANRB 6/2022)
- `distribution`: whether a unit's ratings fit its own (same; reports, never changes)
- `predikat_pay`: what share a predikat pays, and when (one row per agency)
- `plan_penalty`: months after a plan that was not filed (BSN)
- `skp_2013`, `skp_2021`, `skp_pp30`: the arithmetic of earlier years
"""
