"""How a table stores a column, read off its row model."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from eperf.planner.sql import Form


def form_of(row: type[Model], name: str) -> Form:
    """The form in which a column's value is written as it is stored: integers are numbers, whatever they stand for."""
    field = row._meta.fields_map[name]
    if isinstance(field, fields.DatetimeField):
        return Form.INSTANT
    if isinstance(field, fields.DateField):
        return Form.DATE
    if isinstance(field, fields.BooleanField):
        return Form.BOOLEAN
    if isinstance(field, fields.JSONField):
        return Form.JSON
    return Form.TEXT if isinstance(field, fields.CharField | fields.TextField) else Form.INTEGER


def is_null(row: type[Model], name: str) -> bool:
    """Whether a column may be null."""
    return bool(row._meta.fields_map[name].null)
