"""`python -m wijkspiegel`, where the command is not on the path."""

from wijkspiegel.cli import run

run()
