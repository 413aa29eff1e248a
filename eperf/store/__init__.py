"""Rows and queries: the only floor that knows the ORM. One file per noun; nouns do not import each other."""
