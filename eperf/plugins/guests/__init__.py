"""Guests' scoring code in processes of its own: what a plugin does wrong ends there.

A plugin that hangs, eats the memory or ends its process takes nobody else with it, and one worker process never has
two plugins in it. The parent hands over facts as columns and gets columns back, which are checked before they count:
nothing that a guest's process says is unpickled, or believed.
"""

from eperf.plugins.guests.budget import Budget as Budget
from eperf.plugins.guests.pool import Pool as Pool
from eperf.plugins.guests.probe import probed as probed
