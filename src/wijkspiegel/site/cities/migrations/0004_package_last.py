"""The package of a part moves to the end of its row: SQLite reads through it to reach any column that stands after it."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def move(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("cities", "Part").objects.using(editor.connection.alias).update(last=models.F("package"))


class Migration(migrations.Migration):
    dependencies = [("cities", "0003_fill_kinds")]
    operations = [
        migrations.AddField("part", "last", models.BinaryField(default=b""), preserve_default=False),
        migrations.RunPython(move),
        migrations.RemoveField("part", "package"),
        migrations.RenameField("part", "last", "package"),
    ]
