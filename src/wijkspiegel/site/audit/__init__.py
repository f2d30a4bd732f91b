"""What was done and seen, by whom: written once, never changed."""
