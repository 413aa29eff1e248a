"""What a plugin with code of its own in the service is written with, beside the values of `eperf.plugins`.

Its verbs, routes, jobs and commands get a `Desk`; `Permission` says who may, in the words `Role` and `Reach`. Loads
no ORM, no web framework and no GraphQL library.
"""

from eperf.domain.access import Permission, Reach, Role
from eperf.domain.errors import Conflict, Forbidden, NotFound
from eperf.plugins.chores import Command, EventSink, Job, Lifespan, Update
from eperf.plugins.desk import Desk, Person
from eperf.plugins.environment import settings_of_installation
from eperf.plugins.http import HttpReply, HttpRequest, HttpRoute
from eperf.plugins.sinks import by_subject, cloud_event

__all__ = [
    "Command",
    "Conflict",
    "Desk",
    "EventSink",
    "Forbidden",
    "HttpReply",
    "HttpRequest",
    "HttpRoute",
    "Job",
    "Lifespan",
    "NotFound",
    "Permission",
    "Person",
    "Reach",
    "Role",
    "Update",
    "by_subject",
    "cloud_event",
    "settings_of_installation",
]
