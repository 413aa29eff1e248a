"""Files kept by content hash. The bytes lie in the data folder; the row says who brought which content."""

from tortoise import fields
from tortoise.models import Model


class FileRow(Model):
    """One person's upload of one content: the same bytes of two people are two rows and one blob."""

    id = fields.BigIntField(primary_key=True)
    sha256 = fields.CharField(max_length=64)
    size = fields.BigIntField()
    media_type = fields.CharField(max_length=100)
    account: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "core.AccountRow", on_delete=fields.RESTRICT, related_name=False
    )
    account_id: int
    created_at = fields.DatetimeField()

    class Meta:
        table = "file"
        unique_together = (("account_id", "sha256"),)
