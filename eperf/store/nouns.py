"""The list of model modules: the one place that a new noun's rows are added to."""

MODULES = (
    "eperf.store.organisation",
    "eperf.store.people",
    "eperf.store.access",
    "eperf.store.attendance",
    "eperf.store.device",
    "eperf.store.calendar",
    "eperf.store.leave",
    "eperf.store.position",
    "eperf.store.roster",
    "eperf.store.catalogue",
    "eperf.store.activity",
    "eperf.store.deadline",
    "eperf.store.file",
    "eperf.store.scoring",
    "eperf.store.binding",
    "eperf.store.event",
)
