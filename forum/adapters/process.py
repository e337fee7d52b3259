"""What this process leaves behind when it falls: nothing."""

from __future__ import annotations

import resource


def leave_no_core() -> None:
    """Write no core dump, which would hold texts and keys; children inherit it, and none can take it back."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
