"""Custodians: their passphrases, each other, and the keys of their provinces."""
