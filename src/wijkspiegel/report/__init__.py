"""A release becomes one page that anyone can read."""
