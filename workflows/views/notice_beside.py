"""What the page of a notice or a publication shows beside it: places, records, files."""

from django.urls import reverse

from registers import clock
from registers.access import can
from workflows.forms.publications import DayForm, PlaceForm
from workflows.models import NoticePlace, Publication, PublicityNotice, PublicRecord
from workflows.publicity import places
from workflows.views.activities import FILES

AFTER_END = {"removed": "撤下", "nameless": "去掉姓名后保留", "standing": "长期公开，至新版发布或撤下"}
NOUNS = {PublicityNotice: "notice", Publication: "publication"}


def context(request, about, *, place_form=None, day=(None, None), file_error=""):
    """Return what ``_notice_kept.html`` and ``_notice_files.html`` show of a notice or a publication.

    Context: ``audience`` in words, ``noun`` and ``doors`` (attach, place_add), ``may_keep``, ``may_attach``, ``files``,
    ``pictures`` among them, ``file_error``; for those who keep it ``places`` (each with ``may_post``, ``may_take`` and ``form``),
    ``hung`` of them that are to be taken down, ``place_form``, ``records``, ``after_end`` of its kind. A form that was refused is
    shown as it was typed; ``day``: a place's id and its form.
    """
    may_keep = can(request.actor, "keep", about)
    found = list(about.attachments.without_content())
    shown = {
        "about": about,
        "audience": about.audience_text,
        "noun": NOUNS[type(about)],
        "doors": {act: reverse(f"{NOUNS[type(about)]}_{act}", args=[about.pk]) for act in ("attach", "place_add")},
        "may_keep": may_keep,
        "may_attach": can(request.actor, "attach", about),
        "files": found,
        "pictures": [file.name for file in found if file.kind in ("jpg", "png")],
        "file_error": file_error,
        "after_end": AFTER_END[about.kind_rules.after_end],
        **FILES,
    }
    if not may_keep or about.released_at is None:
        return shown
    rows = NoticePlace.objects.visible_to(request.actor).filter(**{NOUNS[type(about)]: about})
    listed = list(rows.select_related("posted_by", "taken_by"))
    hung = set(places.hanging(request.actor.on).filter(**{NOUNS[type(about)]: about}).values_list("pk", flat=True))
    for place in listed:
        place.hangs, waits = place.pk in hung, place.posted_on is None
        place.form = (
            day[1] if place.pk == day[0] else DayForm(initial={"on": clock.today()}, what="张贴" if waits else "撤下")
        )
    records = PublicRecord.objects.visible_to(request.actor).filter(**{NOUNS[type(about)]: about}).defer("content")
    return shown | {
        "places": listed,
        "hung": [place.label for place in listed if place.hangs],
        "place_form": place_form or PlaceForm(),
        "records": list(records),
    }
