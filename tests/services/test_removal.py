"""What a plugin owns is told from what is others', and is removed whole or not at all."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from eperf.app.house import tables
from eperf.domain.errors import BadInput, Conflict, NotFound, PluginInUse, Refused
from eperf.plugins import Models
from eperf.plugins.registry import Registry, installed, load
from eperf.services import removal
from eperf.store import database, migrate, owned
from eperf.store.event import EventHeadRow, EventRow
from eperf.store.guest import SinkRow
from eperf.testing import candidate
from tests.plugins.samples import module
from tests.support.town import NOW
from tests.support.whole import content_of, schema_of

MODELS = """
from tortoise import fields
from tortoise.models import Model

class PlaceRow(Model):
    id = fields.BigIntField(primary_key=True)
    parent: fields.ForeignKeyNullableRelation["PlaceRow"] = fields.ForeignKeyField(
        "{label}.PlaceRow", null=True, on_delete=fields.RESTRICT, related_name=False)
    worth = fields.DecimalField(max_digits=12, decimal_places=2)
    seen_at = fields.DatetimeField()
    picture = fields.BinaryField()
    facts: fields.JSONField[dict[str, object]] = fields.JSONField()

    class Meta:
        table = "{table}"
"""
MIGRATION = """
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from orjson import loads
from tortoise.migrations import operations as ops

class Migration(migrations.Migration):
    dependencies = {dependencies}
    initial = True
    operations = [
        ops.CreateModel(
            name="PlaceRow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("parent", fields.ForeignKeyField("{label}.PlaceRow", source_field="parent_id", null=True,
                    db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.RESTRICT)),
                ("worth", fields.DecimalField(max_digits=12, decimal_places=2)),
                ("seen_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("picture", fields.BinaryField()),
                ("facts", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={{"table": "{table}", "app": "{label}", "pk_attr": "id"}},
            bases=["Model"],
        ),{more}
    ]
"""


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Writes plugins with a table: `shelf("label", …)` gives what `eperf_models` hands over."""
    monkeypatch.syspath_prepend(tmp_path)

    def put(
        label: str, *, table: str | None = None, more: str = "", depends_on: tuple[str, ...] = ()
    ) -> Models:
        package = tmp_path / f"shelf_{label}"
        (package / "migrations").mkdir(parents=True)
        (package / "__init__.py").write_text("")
        (package / "migrations" / "__init__.py").write_text("")
        words = {"label": label, "table": table or f"{label}_place", "more": more}
        dependencies = [("core", "0002_people"), *((one, "0001_place") for one in depends_on)]
        (package / "models.py").write_text(MODELS.format(**words))
        (package / "migrations" / "0001_place.py").write_text(
            MIGRATION.format(dependencies=dependencies, **words)
        )
        return Models(label, f"shelf_{label}.models", f"shelf_{label}.migrations", depends_on)

    yield put
    for name in [one for one in sys.modules if one.startswith("shelf_")]:
        del sys.modules[name]


def offering(*groups: Models, core: bool = False) -> Registry:
    """Each group is the plugin of its label's name; with eperf's own parts, or without."""

    def of(group: Models) -> Any:
        return candidate(group.label, module(eperf_models=lambda: [group]))

    ours = installed()[:1] if core else []
    return load(strict=True, candidates=[*ours, *(of(group) for group in groups)])


class Opened:
    """A database with plugins' tables."""

    def __init__(self, url: str, registry: Registry) -> None:
        self.url, self.registry = url, registry
        self.config: dict[str, Any] = {}

    async def __aenter__(self) -> Opened:
        self.config = await database.connect(self.url, tables(self.registry))
        return self

    async def __aexit__(self, *_: object) -> None:
        await database.disconnect()


async def happened(kind: str, cursor: int) -> None:
    await EventHeadRow.update_or_create(id=1, defaults={"cursor": cursor})
    await EventRow.create(
        cursor=cursor, kind=kind, version=1, subject_type="Employee", subject_id=1, occurred_at=NOW
    )


async def lines(here: Opened, plugin: str) -> list[bytes]:
    return [line async for line in removal.lines(here.registry, here.config, plugin)]


def signed(*given: dict[str, Any]) -> list[bytes]:
    """An export as a forger would write it."""
    said = [orjson.dumps(one) + b"\n" for one in given]
    digest = hashlib.sha256(b"".join(said)).hexdigest()
    return [*said, orjson.dumps({"rows": sum("row" in one for one in given), "sha256": digest}) + b"\n"]


async def refuse_what_is_not_as_it_was_written(here: Opened, exported: list[bytes]) -> None:
    head, *rows, end = exported
    top = orjson.loads(head)
    worth = b"".join(rows).replace(b"12.5", b"99.5").splitlines(keepends=True)
    assert worth != rows
    before = await content_of(but="sample_")
    for wrong, said in (
        ([head, *worth, end], "its digest is another"),
        ([head, *rows[1:], end], "its digest is another"),
        ([head, *rows], "its digest is another"),
        ([head, *rows, b"{"], "a line is not JSON"),
        ([], "a line is not JSON"),
        (signed({**top, "form": 2}), "no head of this form"),
        (signed({**top, "plugin": "other"}), "it is not of score"),
        (signed({**top, "migrations": ["score.0002_more"]}), "the database has score.0001_place"),
        (signed(top, {"table": "account", "row": {"id": 1}}), "rows of account, which is not the plugin's"),
        (signed(top, {"table": "event", "row": {"id": 1, "kind": "score.changed"}}), "not the plugin's"),
        (signed(top, {"table": "event_sink", "row": {"id": 1, "name": "scores/sink"}}), "not the plugin's"),
        (
            signed(top, {"table": "event", "row": {"id": 2**62, "kind": "score.mine"}}),
            "given out numbers up to",
        ),
        (
            signed(top, {"table": "event", "row": {"id": 1, "cursor": 9, "kind": "score.mine"}}),
            "given out numbers up to 3",
        ),
        (signed(top, {"table": "score_place", "row": {"id": 1, "colour": "red"}}), "none of its column"),
        (signed(top, {"table": "score_place", "row": {"id": 1, "worth": "many"}}), "none of its column"),
    ):
        with pytest.raises(Refused) as refused:
            await removal.restore(here.registry, here.config, "score", wrong)
        assert said in refused.value.message("en")
        assert await content_of(but="sample_") == before


async def refuse_what_cannot_be_taken_away(here: Opened) -> None:
    before = await schema_of(but="sample_")
    for plugin, kind in (
        ("scores", PluginInUse),
        ("oneway", migrate.MigrationOneWay),
        ("nobody", NotFound),
        ("eperf", NotFound),
    ):
        with pytest.raises(kind):
            await removal.remove(here.registry, here.config, plugin)
    assert await schema_of(but="sample_") == before


async def test_what_is_a_plugins_goes_and_comes_back_and_what_is_others_stays(
    database_url: str, shelf: Any
) -> None:
    # A plugin may be called like a kind of the core's or like the beginning of another's name.
    groups = shelf("score"), shelf("scores"), shelf("upper", depends_on=("scores",))
    registry = offering(*groups, shelf("oneway", more='ops.RunSQL("SELECT 1"),'), core=True)
    async with Opened(database_url, registry) as here:
        await migrate.migrate(here.config)
        await refuse_what_cannot_be_taken_away(here)
        place, theirs = (sys.modules[f"shelf_{name}.models"].PlaceRow for name in ("score", "scores"))
        given = {"worth": "12.50", "seen_at": NOW, "picture": b"\x00\xff", "facts": {"a": [1, None]}}
        first = await place.create(**given)
        await place.create(**given, parent_id=first.id)
        await theirs.create(**given)
        for cursor, kind in enumerate(("score.mine", "scores.theirs", "score.changed"), 1):
            await happened(kind, cursor)
        await SinkRow.bulk_create([SinkRow(name=f"{name}/sink", cursor=2) for name in ("score", "scores")])
        found = await removal.holdings(registry, here.config, "score")
        assert (found.tables, found.rows["event"], found.rows["event_sink"]) == ({"score_place": 2}, 1, 1)
        exported = await lines(here, "score")
        events = await EventRow.all().order_by("id").values("id", "kind", "cursor")
        before = await schema_of(but="score_")
        await removal.remove(registry, here.config, "score")
        assert [row.kind for row in await EventRow.all().order_by("id")] == ["scores.theirs", "score.changed"]
        assert await theirs.all().count() == 1
        assert await schema_of(but="score_") == before
        await migrate.migrate(here.config)
        await refuse_what_is_not_as_it_was_written(here, exported)
        assert await removal.restore(registry, here.config, "score", exported) == 4
        assert await lines(here, "score") == exported
        assert await EventRow.all().order_by("id").values("id", "kind", "cursor") == events
        assert (await place.create(**given)).id > first.id + 1  # the next number is a new one
        with pytest.raises(Conflict, match="has rows already"):
            await removal.restore(registry, here.config, "score", exported)


async def test_a_column_of_a_table_between_two_others_is_a_plain_name() -> None:
    with pytest.raises(BadInput, match="is no column"):
        await owned.put_pairs("score_link", [{'a", "b") SELECT 1 --': 1}])


@pytest.mark.parametrize(("label", "table"), [("shop", "account_shadow"), ("event", "event_sink")])
async def test_a_table_that_does_not_bear_the_label_or_is_the_cores_is_not_made(
    database_url: str, shelf: Any, label: str, table: str
) -> None:
    registry = offering(shelf(label, table=table))
    async with Opened(database_url, registry) as here:
        before = await schema_of(but="sample_")
        with pytest.raises(migrate.TableNotOwn, match=table):
            await migrate.migrate(here.config)
        assert await schema_of(but="sample_") == before
