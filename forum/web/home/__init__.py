"""The first page, the language, what we promise."""
