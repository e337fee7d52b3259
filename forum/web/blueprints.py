"""All features of the web floor, for the wiring; features do not import each other."""

from __future__ import annotations

from forum.web.audit.routes import blueprint as audit
from forum.web.auth.routes import blueprint as auth
from forum.web.consent.routes import blueprint as consent
from forum.web.custody.routes import blueprint as custody
from forum.web.follow.routes import blueprint as follow
from forum.web.home.routes import blueprint as home
from forum.web.queue.routes import blueprint as queue
from forum.web.retention.routes import blueprint as retention
from forum.web.search.routes import blueprint as search
from forum.web.settings.routes import blueprint as settings
from forum.web.statistics.routes import blueprint as statistics
from forum.web.style.routes import blueprint as style
from forum.web.submit.routes import blueprint as submit
from forum.web.tips.routes import blueprint as tips

BLUEPRINTS = (
    home, submit, follow, auth, queue, tips, search, statistics, custody, consent, retention, settings, audit,
)  # fmt: skip
DEMO_BLUEPRINTS = (style,)
"""What only the demo and the tests show."""
