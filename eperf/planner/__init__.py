"""Reads as declarations: a type says where each field lives, and that is enough to fetch it.

Knows no noun. Today every operation runs on the resolvers generated here, level by level; the same declarations are
what a compiler to one SQL statement works from.
"""
