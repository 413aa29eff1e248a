"""The verbs: check, load, decide (in `domain`), save, emit; one call, one transaction. They do not call each other."""
