"""Tables of the forum, one class a file; relationships point from child to parent only."""
