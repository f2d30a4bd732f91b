"""Measures: arrays in, numbers out. They know no files, no tables and no engines."""
