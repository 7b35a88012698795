"""What the passing of time brings about: sheets open, notices end, mails go out. Running it again changes nothing."""

import logging
from functools import partial

from django.utils import timezone

from registers import jobs
from workflows import campaigns, notifications, publicity, readings, robots, routes

logger = logging.getLogger(__name__)


def sweep(*, at):
    """Do everything that is due at the moment ``at`` (aware); return counts by kind.

    What fails keeps nothing else from being done: it is logged, and raised when all the rest is through.
    """
    on, done, failures = timezone.localdate(at), {}, []
    parts = {
        "opened": lambda: campaigns.open_due(at=at),
        **{f"notice {notice.pk}": partial(routes.finish_notice, notice, at=at) for notice in publicity.ended(on)},
        "readers": lambda: readings.extend(at=at),
        "mails": notifications.deliver,
        "robots": robots.deliver,
        "jobs": lambda: jobs.work(at=at),
    }
    for name, act in parts.items():
        try:
            done[name] = act()
        except Exception as failure:
            logger.exception("sweep: %s failed", name)
            failures.append(failure)
    if failures:
        raise failures[0]
    notices = sum(finished for name, finished in done.items() if name.startswith("notice "))
    return {
        "opened": done["opened"],
        "notices": notices,
        "mails": done["mails"],
        "robots": done["robots"],
        "jobs": done["jobs"],
    }
