"""What the passing of time brings about: sheets open, notices end, mails go out. Running it again changes nothing."""

from django.utils import timezone

from registers import jobs
from workflows import campaigns, notifications, publicity, routes


def sweep(*, at):
    """Do everything that is due at the moment ``at`` (aware); return counts by kind."""
    return {
        "opened": campaigns.open_due(at=at),
        "notices": sum(routes.finish_notice(notice, at=at) for notice in publicity.ended(timezone.localdate(at))),
        "mails": notifications.deliver(),
        "jobs": jobs.work(at=at),
    }
