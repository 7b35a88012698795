"""Papers about notices and publications: closing sheets, standing lists, results, changes."""

from typing import get_args

from django.utils import timezone

from registers import clock
from registers.papers.compose import compose, document_for, issuer, source
from registers.papers.words import chinese_date
from registers.schemes.layout import Column
from registers.schemes.publicity import ListField
from workflows.compiled.logs import LONG, NARROW, SHORT, notice_fields, papers_about, signed_by

OWN_PAGE = "本系统页面"
WIDTHS = {"unit": SHORT, "name": SHORT + 4, "accountable_post": SHORT, "domain": NARROW, "kind": NARROW}
WIDTHS |= {"chart_number": NARROW, "time_limit": NARROW, "document_number": SHORT, "effective_on": SHORT}
WIDTHS |= {"issued_by": SHORT, "state": NARROW, "complaint_channel": SHORT}
WIDE = 5  # columns beside which a list is printed across


@source(
    "notice_closing",
    about="notice",
    rows=("place", "posted_by", "posted_on", "taken_by", "taken_on"),
    fields=(
        "title",
        "basis",
        "starts_on",
        "ends_on",
        "days",
        "audience",
        "count",
        "objections",
        "handled",
        "outcomes",
        "conclusion",
        "drafter",
        "releaser",
        "publisher",
        "stamp",
        "closed_on",
    ),
)
def notice_closing(*, notice):
    """公示情况说明: days, places, objections by what came of them, and the conclusion.

    Never what an objection says.
    """
    common = notice_fields(notice)
    raised = list(notice.objections.order_by("at").values_list("row", "handled_at", "finding"))
    findings = dict(notice.objections.model.Finding.choices)
    closed = notice.cleared_at or notice.withdrawn_at
    named = ("basis", "starts_on", "ends_on", "count", "publisher", "stamp")
    return {
        "fields": {name: common[name] for name in named}
        | {
            "title": notice.title,
            "days": common["days_text"],
            "audience": notice.audience_text,
            "objections": len(raised),
            "handled": sum(handled is not None for _, handled, _ in raised),
            "outcomes": "\n".join(
                f"第{number}件（{f'对第{row}项' if row else '对整个公示'}）：{findings.get(finding) or '正在处理'}。"
                for number, (row, _, finding) in enumerate(raised, 1)
            )
            or "没有收到异议。",
            "conclusion": _conclusion(notice),
            "drafter": notice.drafted_by.name if notice.drafted_by else "",
            "releaser": notice.released_by.name if notice.released_by else "",
            "closed_on": timezone.localdate(closed).isoformat() if closed else "",
        },
        "rows": [_own_page(notice, closed), *(_place(place) for place in _places(notice))],
    }


def _conclusion(notice):
    if notice.withdrawn_at is not None:
        return f"已撤回（{notice.withdrawn_why}），重新公示"
    return notice.outcome or "公示尚未结束"


def _own_page(notice, closed):
    taken = ("自动撤下", timezone.localdate(closed).isoformat()) if closed else ("", "")
    publisher = notice.released_by.name if notice.released_by else ""
    words = dict(zip(("taken_by", "taken_on"), taken, strict=True))
    return {"place": OWN_PAGE, "posted_by": publisher, "posted_on": notice.starts_on.isoformat(), **words}


def _places(about):
    return about.notice_places.filter(posted_on__isnull=False).select_related("posted_by", "taken_by")


def _place(place):
    return {
        "place": place.label,
        "posted_by": place.posted_by.name,
        "posted_on": place.posted_on.isoformat(),
        "taken_by": place.taken_by.name if place.taken_by else "",
        "taken_on": place.taken_on.isoformat() if place.taken_on else "",
    }


def closing_of(notice):
    """Return the closing sheet of a notice as a ``Paper``, None where its rule book has none."""
    layout = _layout(notice.task.campaign.scheme.rules, "notice", "notice_closing")
    if layout is None:
        return None
    campaign = notice.task.campaign
    document = {**document_for(layout.compiled, notice=notice), "year": campaign.year, **issuer(campaign.scheme.rules)}
    return compose(layout, document)


def _layout(rules, about, compiled):
    return next((one for one in papers_about(rules, about).values() if one.compiled == compiled), None)


# --- Publications ---------------------------------------------------------------------------------------------


LISTED = get_args(ListField)


@source(
    "publication",
    about="publication",
    rows=("item", *LISTED),
    fields=("text", "publisher", "stamp", "released_on"),
)
def publication(*, publication):
    """A standing list or a result as a letter with a table. Source: R2-16."""
    rows = [{field: text for field, text in row.items() if field != "key"} for row in publication.items]
    return {
        "title": publication.title,
        "rows": [dict.fromkeys(LISTED, "") | row for row in rows],
        "fields": {**_signed(publication), "text": "\n".join([*_opening(publication), *publication.blocks])},
    }


@source(
    "publication_changes",
    about="publication",
    rows=("item", "name", "change", "element", "before", "after"),
    fields=("title", "version", "effective_on", "explanation"),
)
def publication_changes(*, publication):
    """变更说明: what a version of a standing list changes against the one before."""
    return {
        "rows": publication.changes,
        "fields": {
            "title": publication.title,
            "version": f"第 {publication.number} 版",
            "effective_on": publication.effective_on.isoformat(),
            "explanation": publication.explanation,
        },
    }


def _opening(publication):
    """What a standing list says of itself: its version, the day, how many items, and that it may not hold everything."""
    if publication.verb != "standing":
        return []
    number = f"第{publication.number}版，自{chinese_date(publication.effective_on)}起施行"
    replaces = f"，第{publication.number - 1}版同时停止使用" if publication.number > 1 else ""
    said = [
        f"本目录为{number}{replaces}，共{len(publication.items)}项，按登记册编制，列出主要权力和业务事项，不代替法律法规和制度的规定。"
    ]
    if publication.explanation:
        said.append(f"变更说明：{publication.explanation}")
    return said


def _signed(publication):
    publisher, seal = signed_by(publication)
    released = timezone.localdate(publication.released_at or clock.now())
    return {"publisher": publisher, "stamp": seal, "released_on": released.isoformat()}


def paper_of(publication, *, changes=False):
    """Return a publication as a ``Paper``, None where its rule book has none.

    ``changes``: what it changes against the version before.
    """
    compiled = "publication_changes" if changes else "publication"
    layout = _layout(publication.rules, "publication", compiled)
    if layout is None:
        return None
    document = document_for(compiled, publication=publication)
    shown = layout if changes else _with_columns(layout, publication)
    return compose(shown, {**document, **issuer(publication.rules)})


def _with_columns(layout, publication):
    """The layout with the columns of this publication. Without rows there is no table."""
    if not publication.columns:
        return layout.model_copy(update={"columns": ()})
    number = [column for column in layout.columns if column.field == "item"]
    shown = [Column(label=label, field=field, width=WIDTHS.get(field, LONG)) for field, label in publication.columns]
    wide = len(publication.columns) >= WIDE
    return layout.model_copy(
        update={"columns": (*number, *shown), "orientation": "landscape" if wide else layout.orientation}
    )
