"""The `forum` command and its subcommands."""
