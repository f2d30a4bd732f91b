"""The only door out of the room: counts go in, a protected `Release` comes out."""

from wijkspiegel.disclosure.policy import Policy
from wijkspiegel.disclosure.protection import protect
from wijkspiegel.disclosure.release import (
    RELEASE_TABLES,
    About,
    Release,
    join_tables,
    read_release,
    release_table,
    write_release,
)

__all__ = [
    "RELEASE_TABLES",
    "About",
    "Policy",
    "Release",
    "join_tables",
    "protect",
    "read_release",
    "release_table",
    "write_release",
]
