"""From drift to a plan that mends it, and the journal of applying it."""
