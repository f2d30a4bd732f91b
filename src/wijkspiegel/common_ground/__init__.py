"""What binds everyone and what chafes: votes on statements in, an answer with its uncertainty out."""
