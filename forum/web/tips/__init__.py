"""One tip as officers see it, and what they do to it."""
