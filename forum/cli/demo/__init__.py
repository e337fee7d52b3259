"""The demo corpus: fictional tips and the courses they take; no person and no village in it is real."""
