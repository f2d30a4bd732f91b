"""Writing the record. There is no other rule: nothing in it is ever changed."""

from wijkspiegel.site.audit.models import Line


def record(action: str, *, actor: int | None = None, kind: str = "", of: object = "", city: str = "") -> None:
    """Write down that something was done or seen. In the transaction of what was done: both happen, or neither."""
    Line.objects.create(action=action, actor=actor or 0, kind=kind, of=str(of), city=city)
