"""How long somebody stays signed in."""

from __future__ import annotations

from datetime import timedelta

IDLE = timedelta(minutes=30)
"""A session ends when nothing was asked for so long (OWASP ASVS 5.0, 7.3.1)."""
LONGEST = timedelta(hours=12)
"""It ends after so long at most, whatever is done: one watch of duty (OWASP ASVS 5.0, 7.3.2)."""
FRESH = timedelta(minutes=10)
"""A second factor is asked for again before identities, exports and settings when it was given longer ago."""
SEEN_EVERY = timedelta(minutes=1)
"""So often, at most, it is written down that a session is in use; it may end earlier by as much."""
MOST_AT_ONCE = 10
"""So many sessions an account has at most; a further one ends the one that was used longest ago."""
