"""Parts of releases that were loaded before municipalities had a kind get theirs, from the figures that they hold."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from wijkspiegel.disclosure import unpack
from wijkspiegel.errors import InputError
from wijkspiegel.report.figures import Figures
from wijkspiegel.schemes import Language
from wijkspiegel.site.cities.rules import kind_of


def fill(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """What this version cannot read, of another layout, keeps none."""
    parts = apps.get_model("cities", "Part").objects.using(editor.connection.alias)
    for pk in parts.filter(kind="").values_list("pk", flat=True):
        package = bytes(parts.values_list("package", flat=True).get(pk=pk))
        try:
            kind = kind_of(Figures(unpack(package), Language("nl")))
        except InputError:
            continue
        parts.filter(pk=pk).update(kind=kind)


class Migration(migrations.Migration):
    dependencies = [("cities", "0002_kinds")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
