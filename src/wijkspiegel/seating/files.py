"""Files about people: written beside and moved, never over earlier ones, and readable by their owner only."""

import csv
import io
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from wijkspiegel.errors import InputError


def require_room(out: Path, names: Iterable[str]) -> None:
    """Raises InputError where `out` is no directory, or has one of these files already."""
    if out.exists() and not out.is_dir():
        raise InputError("this is a file, and a directory is needed", file=out, mend="Choose another --out.")
    if there := [name for name in names if (out / name).exists()]:
        raise InputError(f"there is {there[0]} already, and it stays", file=out, mend="Choose another --out.")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def write_private(files: Mapping[str, str], out: Path) -> list[Path]:
    """Name -> content, in the order in which they are moved in place: last the one by which a whole is known."""
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".beside-", dir=out) as beside:
        for name, content in files.items():
            (Path(beside) / name).write_text(content, encoding="utf-8", newline="")
            (Path(beside) / name).chmod(0o600)
        for name in files:
            (Path(beside) / name).replace(out / name)
    return [out / name for name in files]
