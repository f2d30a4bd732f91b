"""Who sits with whom, so that a city meets itself: a plan, how good it is, and how good it could be."""
