"""The outside world: encryption, files, mail, the clock, shipped tables."""
