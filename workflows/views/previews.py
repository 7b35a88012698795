"""Notices and publications as others see them: their readers, people without a login, afterwards."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from registers.access import require
from registers.schemes.publicity import PERSON
from workflows.models import Publication, PublicityNotice
from workflows.models.audiences import PUBLIC, SCHOOL
from workflows.policies.publications import stands_at_door
from workflows.publicity import publishing, releasing
from workflows.views.publications import CRUMB, rows_of
from workflows.views.publicity import table_of

READER, DOOR, AFTER, OTHERS = "reader", "door", "after", "others"
AT_DOOR = "没有登录的人在公开窗口看到的内容："
NOT_AT_DOOR = "没有登录的人看不到：公开窗口不显示，打开网址转到登录页。"
UNSEEN = "不在范围内的人员看不到：列表中没有，打开网址显示“没有找到”。"
# verb → what its days are called
DAYS = {"notice": "公示期内", "standing": "发布以后", "result": "发布以后"}
AFTERWARDS = {
    "notice": "期满以后",
    "standing": "新版发布以后",
    "result": "结束以后",
}
# (verb, what stays of it) → in words
STAYS = {
    (
        "notice",
        "removed",
    ): "期满后自动撤下：列表中没有，打开网址显示“没有找到”，附件和公示文不能下载；只有起草、发布公示的人员能看到留痕。",
    ("notice", "nameless"): "期满后去掉姓名继续保留：",
    ("standing", True): "新版发布后，读者仍能查阅这一版（公开窗口只有新版）；撤下的，只有起草、发布的人员能看到：",
    (
        "result",
        False,
    ): "到截止日期或撤下后：列表中没有，打开网址显示“没有找到”，附件不能下载；只有起草、发布的人员能看到留痕。",
}


@require_safe
def notice_preview(request, pk):
    """A notice as others see it. Context: see ``_preview``, and ``table`` of it (None: nothing is seen)."""
    rows = PublicityNotice.objects.visible_to(request.actor).with_rules().select_related("unit")
    notice = get_object_or_404(rows, pk=pk)
    require(request.actor, "keep", notice)
    after_end = notice.kind_rules.after_end
    chosen, seen, context = _preview(request, notice, stays=after_end, remains=after_end == "nameless")
    items = releasing.preview(notice) if notice.released_at is None else notice.items
    if chosen == AFTER:
        items = [{field: text for field, text in item.items() if field != PERSON} for item in items]
    context |= {
        "table": table_of(notice, items) if seen else None,
        "crumbs": [("公示", reverse("notice_list")), (notice.title, reverse("notice_detail", args=[pk]))],
    }
    return render(request, "workflows/notice_preview.html", context)


@require_safe
def publication_preview(request, pk):
    """A standing list or a result as others see it.

    Context: see ``_preview``, ``seen``, and ``rows`` of its table.
    """
    rows = Publication.objects.visible_to(request.actor).with_rules().select_related("unit")
    publication = get_object_or_404(rows, pk=pk)
    require(request.actor, "keep", publication)
    standing = publication.verb == "standing"
    _, seen, context = _preview(request, publication, stays=standing, remains=standing)
    found = publication.items
    if publication.released_at is None:
        found = publishing.preview(publication, request.actor.on)
    context |= {
        "seen": seen,
        "rows": rows_of(publication, found),
        "crumbs": [(CRUMB, reverse("publication_list")), (publication.title, reverse("publication_detail", args=[pk]))],
    }
    return render(request, "workflows/publication_preview.html", context)


def _preview(request, about, *, stays, remains):
    """Return as whom ``about`` is looked at, whether he sees it, and what the page says of that.

    ``stays``: what stays of it afterwards (``STAYS``). ``remains``: whether its readers see that. Context: ``about``, ``readers`` as
    (code, label, is it chosen), ``words``.
    """
    at_door = stands_at_door(about)
    readers = {
        READER: (f"{DAYS[about.verb]}的读者", f"范围：{about.audience_text}。{DAYS[about.verb]}看到的内容：", True),
        DOOR: ("没有登录的人", AT_DOOR if at_door else NOT_AT_DOOR, at_door),
        AFTER: (f"{AFTERWARDS[about.verb]}的读者", STAYS[about.verb, stays], remains),
        OTHERS: ("其他人员", UNSEEN, False),
    }
    if about.audience in (SCHOOL, PUBLIC):  # whoever is logged in belongs to it
        del readers[OTHERS]
    chosen = request.GET.get("as", "")
    chosen = chosen if chosen in readers else READER
    _, words, seen = readers[chosen]
    shown = [(code, label, code == chosen) for code, (label, *_) in readers.items()]
    return chosen, seen, {"about": about, "readers": shown, "words": words}
