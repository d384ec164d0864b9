"""The migrations are one numbered line, stand on their own, and make exactly the tables that the models describe."""

import ast
import importlib
import pkgutil
import re
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

import models
from bot.database import MIGRATIONS, Database
from models.base import Base
from tests.source import PACKAGES

for _module in pkgutil.walk_packages(models.__path__, "models."):
    importlib.import_module(_module.name)  # so that no table of ours can be missing from the metadata


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def _alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def test_they_are_one_line_numbered_from_0001() -> None:
    line = list(reversed(list(_scripts().walk_revisions())))
    assert [one.revision for one in line] == [f"{number:04}" for number in range(1, len(line) + 1)]
    assert [one.down_revision for one in line] == [None, *(one.revision for one in line[:-1])]
    assert not any(one.branch_labels or one.dependencies for one in line)


def test_each_file_is_named_by_its_number_and_says_why() -> None:
    files = sorted((MIGRATIONS / "versions").glob("*.py"))
    assert files
    for file in files:
        assert re.fullmatch(r"\d{4}_[a-z0-9]+(_[a-z0-9]+)*\.py", file.name)
        tree = ast.parse(file.read_text("utf-8"))
        assert ast.get_docstring(tree)
        assert f'revision = "{file.name[:4]}"' in file.read_text("utf-8")


def test_no_migration_imports_anything_of_ours() -> None:
    # It must do next year what it does today, whatever the models have become by then.
    for file in (MIGRATIONS / "versions").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & {*PACKAGES, "tests"}, file.name


def test_the_models_and_the_migrated_tables_do_not_differ(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_constraint_and_index_is_as_the_models_say(database: Database) -> None:
    # Autogenerate sees neither CHECKs nor the conditions of partial indexes: compare what both ways make.
    with database.engine.begin() as connection:
        migrated = _tables(connection)
        command.downgrade(_alembic(connection), "base")
        Base.metadata.create_all(connection)
        created = _tables(connection)
    assert migrated.keys() == created.keys()
    for table, described in created.items():
        assert migrated[table] == described, table


def test_the_way_down_leaves_nothing_and_the_way_up_again_makes_the_same(database: Database) -> None:
    with database.engine.begin() as connection:
        before = _tables(connection)
        command.downgrade(_alembic(connection), "base")
        assert _tables(connection) == {}
        command.upgrade(_alembic(connection), "head")
        assert _tables(connection) == before
    assert not database.behind()


def test_migrating_again_changes_nothing(database: Database) -> None:
    with database.engine.connect() as connection:
        before = _tables(connection)
    database.migrate()
    with database.engine.connect() as connection:
        assert _tables(connection) == before


def _tables(connection: Connection) -> dict[str, dict[str, Any]]:
    """Everything the engine knows of our tables, in an order that does not depend on how they were made."""
    inspector = inspect(connection)
    return {
        table: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["default"])
                for column in inspector.get_columns(table)
            },
            "primary key": inspector.get_pk_constraint(table),
            "foreign keys": sorted(inspector.get_foreign_keys(table), key=_name),
            "unique": sorted(inspector.get_unique_constraints(table), key=_name),
            "checks": sorted(inspector.get_check_constraints(table), key=_name),
            "indexes": sorted((_plain(index) for index in inspector.get_indexes(table)), key=_name),
        }
        for table in sorted(inspector.get_table_names())
        if table != "alembic_version"
    }


def _name(described: Any) -> str:
    return str(described["name"])


def _plain(index: Any) -> dict[str, Any]:
    options = {key: str(value) for key, value in index.get("dialect_options", {}).items()}
    return {**index, "dialect_options": options}
