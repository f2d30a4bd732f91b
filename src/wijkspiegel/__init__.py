"""See how the people of a city live together, and how sure we are of it."""

__version__ = "0.1.0"
