"""Values become HTML. Pure: what is shown was read before, and the time is an argument."""
