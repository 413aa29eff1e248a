"""Reads as declarations: a type says where each field lives, and that is enough to fetch it.

Knows no noun. `mapping` is the vocabulary; `rows` fetches level by level for the resolvers. `read` turns an operation
into a `tree`, `compile` a tree into one SQL statement, `plans` binds a request to it, `fill` adds what is made outside
the database, `change` answers mutations.
"""
