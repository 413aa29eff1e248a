"""Random kills under load: whoever resumes has heard every committed change, in order, once."""
