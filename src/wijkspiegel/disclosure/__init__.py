"""The only door out of the room: counts go in, a protected `Release` comes out."""

from wijkspiegel.disclosure.policy import Policy
from wijkspiegel.disclosure.protection import protect, protect_figures
from wijkspiegel.disclosure.release import (
    RELEASE_TABLES,
    About,
    Release,
    join_tables,
    pack,
    part_of,
    read_release,
    release_table,
    unpack,
    write_release,
)

__all__ = [
    "RELEASE_TABLES",
    "About",
    "Policy",
    "Release",
    "join_tables",
    "pack",
    "part_of",
    "protect",
    "protect_figures",
    "read_release",
    "release_table",
    "unpack",
    "write_release",
]
