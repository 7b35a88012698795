"""What was public when: every page that was published, kept as it stood on each day (公开留痕)."""

from functools import cache
from hashlib import sha256

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from registers.papers import pages
from registers.papers.compose import compose
from registers.prepared import Given, Prepared
from workflows.compiled import logs, publications
from workflows.deadlines import days
from workflows.models import Publication, PublicityNotice, PublicRecord


def page_of(about, on):
    """Return the page that readers have of a notice or a publication on the day ``on``, as bytes.

    The same contents give the same bytes.
    """
    if isinstance(about, Publication):
        paper = publications.paper_of(about)
    else:
        layout = logs.letter_of(about.task.campaign.scheme.rules)
        laid = logs.layout_of_notice(layout, about, on) if layout else None
        paper = compose(laid, logs.about_notice(layout, about, on)) if layout else None
    files = "".join(f"\n<!-- {row.name} {row.digest} -->" for row in about.attachments.without_content())
    return ((pages.to_html(paper) if paper is not None else str(about)) + files).encode()


def record_all(*, at):
    """Keep what is public today, and return how many records are new or longer.

    A page that is as it was makes its record longer, so days on which nothing ran are not missing.
    """
    on = timezone.localdate(at)
    over, running, standing = (rows.of(on=on) for rows in _not_kept())
    written = sum(_record("notice", about, about.ends_on) for about in over)
    written += sum(_record("notice", about, on) for about in running)
    return written + sum(_record("publication", about, on) for about in standing)


@cache
def _not_kept():
    """The statements that read what is not kept up to the day ``on``.

    They are notices that are over, notices of that day, publications of that day.
    """
    on = Given("on")
    said_today = PublicRecord.objects.filter(last_day=on)
    notices = PublicityNotice.objects.with_rules().select_related("unit")
    until_end = PublicRecord.objects.filter(notice=OuterRef("pk"), last_day=OuterRef("ends_on"))
    standing = Publication.objects.with_rules().select_related("unit").published(on)
    return (
        Prepared(notices.filter(ends_on__lt=on, withdrawn_at=None).exclude(Exists(until_end))),
        Prepared(notices.running(on).exclude(Exists(said_today.filter(notice=OuterRef("pk"))))),
        Prepared(standing.exclude(Exists(said_today.filter(publication=OuterRef("pk"))))),
    )


def record(notice, on):
    """Keep what a locked notice shows on the day ``on``: before it is corrected, and afterwards."""
    return _record("notice", notice, on, again=True)


@transaction.atomic
def _record(name, about, on, *, again=False):
    """Keep the page of a day, and return whether that was new. ``again``: though there is one of the day, which was another."""
    type(about).objects.select_for_update(of=("self",)).get(pk=about.pk)
    content = page_of(about, on)
    digest = sha256(content).hexdigest()
    records = PublicRecord.objects.filter(**{name: about}).order_by("first_day", "pk")
    last = records.last()
    if last is not None and last.last_day >= on and (not again or records.filter(digest=digest, last_day=on).exists()):
        return False
    if last is not None and last.digest == digest and last.audience == about.audience:
        return bool(PublicRecord.objects.filter(pk=last.pk).update(last_day=on))
    first = about.starts_on if name == "notice" else about.effective_on
    if last is not None:
        first = min(days.add_days(last.last_day, 1), on)
    said = {"audience": about.audience, "first_day": first, "last_day": on, "digest": digest}
    PublicRecord.objects.create(**{name: about}, **said, size=len(content), content=content)
    return True
