"""Following a tip with its receipt."""
