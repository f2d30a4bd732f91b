"""What cities share: approaches, lessons and dilemmas, and themes for the next sessions."""
