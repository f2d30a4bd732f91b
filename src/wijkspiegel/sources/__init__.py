"""Readers: every form in which figures come, made into the tables of the house."""
