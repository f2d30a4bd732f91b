from django.db import migrations


class Migration(migrations.Migration):
    """Only what is counted is kept of how good tables were; before that it is computed at each view."""

    dependencies = [("meetings", "0002_seating")]

    operations = [migrations.RenameField("seating", "quality", "counts")]
