"""What is counted of subscriptions on the log, for `/metrics`."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

GROUPS = Gauge("eperf_subscription_groups", "Groups of equal subscriptions on the log.")
MEMBERS = Gauge("eperf_subscription_members", "Subscriptions on the log.")
BEHIND = Gauge(
    "eperf_subscription_behind", "Subscriptions that are not live: they read the log by themselves."
)
DELIVERIES = Counter("eperf_subscription_deliveries", "Updates handed to connections.", ["way"])
LIVE, REPLAYED = DELIVERIES.labels("live"), DELIVERIES.labels("replayed")
EXECUTIONS = Counter("eperf_subscription_executions", "Updates executed and encoded, each for a whole group.")
LAG = Gauge(
    "eperf_subscription_lag_seconds", "From an event to its delivery, of the last batch that was read live."
)
FAILURES = Counter("eperf_subscription_log_failures", "Looks at the log that failed and were tried again.")
