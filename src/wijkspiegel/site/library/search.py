"""Finding pieces by their words: stems of Dutch and English on PostgreSQL, beginnings of words on SQLite (FTS5)."""

import re
from collections.abc import Sequence

from django.db import connection

from wijkspiegel.site.library.models import Piece

CONFIGURATION = {"nl": "dutch", "en": "english"}
MOST_WORDS = 12


def index(piece: Piece) -> None:
    """Make a public piece findable by what stands in it now."""
    forget(piece)
    texts = (piece.title, piece.summary, piece.done, piece.came, piece.value, piece.reuse, piece.city.name)
    language = CONFIGURATION[piece.language]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "INSERT INTO library_found (piece, words) VALUES (%s, setweight(to_tsvector(%s, %s), 'A')"
                " || to_tsvector(%s, %s))",
                [piece.pk, language, piece.title, language, " ".join(texts)],
            )
        else:
            cursor.execute(
                "INSERT INTO library_found (rowid, title, words) VALUES (%s, %s, %s)",
                [piece.pk, piece.title, " ".join(texts)],
            )


def forget(piece: Piece) -> None:
    column = "piece" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM library_found WHERE {column} = %s", [piece.pk])  # noqa: S608 - one of two words


def find(sought: str, most: int = 200) -> Sequence[int]:
    """Numbers of the pieces that have these words, the best first; whether they are public is asked elsewhere."""
    words = re.findall(r"\w+", sought)[:MOST_WORDS]
    if not words:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            asked = " ".join(words)
            cursor.execute(
                "SELECT piece FROM library_found, (SELECT websearch_to_tsquery('dutch', %s) ||"
                " websearch_to_tsquery('english', %s) AS asked) AS query WHERE words @@ asked"
                " ORDER BY ts_rank(words, asked) DESC, piece LIMIT %s",
                [asked, asked, most],
            )
        else:
            cursor.execute(
                "SELECT rowid FROM library_found WHERE library_found MATCH %s"
                " ORDER BY bm25(library_found, 5.0, 1.0), rowid LIMIT %s",
                [" ".join(f'"{word}"*' for word in words), most],
            )
        return [int(row[0]) for row in cursor.fetchall()]
