"""Periodic work: what is due by the minute and by the hour.

Running it again changes nothing.
"""

import logging
from functools import partial

from django.utils import timezone

from registers import jobs, kept
from registers.imports import uploads
from workflows import controls, disclosures, readings, reorganising
from workflows.campaign import campaigns
from workflows.messages import notifications, reminders, robots
from workflows.publicity import notices, publishing, recording
from workflows.publicity import reminding as notice_reminding
from workflows.routing import staffing
from workflows.routing.meetings import deciding
from workflows.supervision import assessment_reminding, duty_reminding, rectification_reminding, surveys
from workflows.supervision.warnings import proposing
from workflows.supervision.warnings import reminding as warned

logger = logging.getLogger(__name__)


def each_hour(*, at, whatever_the_hour=False):
    """Make changes that are due, then write the day's reminders, and return how many digests are new.

    In order: units that change, who came and left, submissions and requests that nobody can decide any more, then the reminders,
    so that they reach the people who act today, then what is said of notices, findings, letters and assessments. At the end kept
    answers are found anew, and what measures keep is checked. ``whatever_the_hour``: do not wait for REMINDER_HOUR. A failing part
    does not keep the others from being done. Running it again changes nothing.
    """
    done = _all_of(
        {
            "organisation": lambda: reorganising.make_due(at=at),
            **staffing.parts(at=at),
            "reminders": lambda: reminders.remind(at=at, whatever_the_hour=whatever_the_hour),
            "notices": lambda: notice_reminding.remind(at=at),
            "disclosures": lambda: disclosures.remind(at=at),
            "rectification": lambda: rectification_reminding.remind(at=at),
            "warnings": lambda: proposing.propose(at=at),
            "letters": lambda: warned.remind(at=at),
            "assessments": lambda: assessment_reminding.remind(at=at),
            "duties": lambda: duty_reminding.remind(at=at),
            "kept": lambda: kept.refresh(at=at),
            "measures": lambda: controls.each_night(at=at),
        }
    )
    return done["reminders"]


def follow_staff(*, at):
    """Let running sheets follow a change of people or roles at once, and return whether all was done.

    What fails is logged and done with the next hour (``each_hour``): the change itself stands.
    """
    try:
        _all_of(staffing.parts(at=at))
    except Exception:  # logged already, and the hour does it again
        return False
    return True


def sweep(*, at):
    """Do everything that is due at ``at`` (aware), and return counts by kind.

    A failing part does not keep the others from being done.
    """
    on = timezone.localdate(at)
    done = _all_of(
        {
            "opened": lambda: campaigns.open_due(at=at),
            **{f"notice {notice.pk}": partial(notices.finish, notice, at=at) for notice in notices.ended(on)},
            "publications": lambda: publishing.end_due(at=at),
            "public": lambda: recording.record_all(at=at),
            "meetings": lambda: deciding.finish_all(at=at),
            "readers": lambda: readings.extend(at=at),
            "mails": notifications.deliver,
            "robots": robots.deliver,
            "files": lambda: jobs.forget(at=at),
            "surveys": lambda: surveys.forget(at=at),
            "imported files": lambda: uploads.forget(at=at),
            "jobs": lambda: jobs.call(at=at),
        }
    )
    ended = sum(finished for name, finished in done.items() if name.startswith("notice "))
    return {
        "opened": done["opened"],
        "notices": ended,
        "mails": done["mails"],
        "robots": done["robots"],
        "jobs": done["jobs"],
    }


def _all_of(parts):
    """Call all ``parts`` (name → function) and return their results by name.

    A failure is logged, and the first one is raised when everything else is through.
    """
    done, failures = {}, []
    for name, act in parts.items():
        try:
            done[name] = act()
        except Exception as failure:
            logger.exception("sweep: %s failed", name)
            failures.append(failure)
    if failures:
        raise failures[0]
    return done
