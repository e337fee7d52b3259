"""The style page: every component of the templates in all its states, for demo and tests only."""
