"""`performanceUpdates` for thousands: the log is read once, equal subscriptions are executed once and encoded once.

`shares` takes a subscription over from the GraphQL front and finds its `group`; `tail` reads the log and hands each
event to the groups that hear of it; a member of a group who is behind reads `pages` of the log until it has caught up.
"""

from eperf.app.following.shares import LogShares

__all__ = ["LogShares"]
