"""Where the words of public pieces are looked up: stems on PostgreSQL, FTS5 on SQLite."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

POSTGRESQL = """
CREATE TABLE library_found (piece bigint PRIMARY KEY, words tsvector NOT NULL);
CREATE INDEX library_found_words ON library_found USING gin (words);
"""
SQLITE = "CREATE VIRTUAL TABLE library_found USING fts5(title, words, tokenize = 'unicode61 remove_diacritics 2')"


def make(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    editor.execute(POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE)


def drop(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    editor.execute("DROP TABLE library_found")


class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]
    operations = [migrations.RunPython(make, drop)]
