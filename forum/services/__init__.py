"""What people do: verbs that take a session, an actor and the time, and never commit."""
