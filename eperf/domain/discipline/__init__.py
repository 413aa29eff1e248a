"""Discipline for absence as pure rules: what the law proposes for days of absence, never a penalty.

A person decides: the law requires a summons and an examination before any punishment, and nothing here replaces them.
"""
