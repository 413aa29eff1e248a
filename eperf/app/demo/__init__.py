"""A living town for trying eperf out: a city and a ministry's directorate with people, rules and three months of work.

Made through the same services as real data, the same for the same seed and last day.
"""
