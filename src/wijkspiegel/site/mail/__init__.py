"""The outbox: what is sent is written down first, and leaves after the transaction that wrote it."""
