"""Papers about meetings, education and reading.

The record of one activity, a unit's list of activities, the receipts of a document; also the rows that the search log
(R1-52) and the figures that the annual summary (R2-32) take from them.
"""

from django.db.models import Count, Q
from django.utils import timezone

from registers import disclosed
from registers.papers.compose import document_for, issuer, source
from workflows import activities
from workflows.models import Activity, Attendance, Opinion, ReadReceipt

Mark = Attendance.Mark
PURPOSES = {
    "mobilisation": "动员部署",
    "education": "廉政教育",
    "supervision": "日常监督",
    "consultation": "征求意见和论证",
}
CONSULTED = ("consultation_record",)  # papers of consultations
MOST = 10  # consultations on the page of a power
ADOPTED = (Opinion.Adopted.YES, Opinion.Adopted.PARTLY)


def kinds(rules):
    """The kinds of activity of a rule book: ``{code: ActivityKind}``."""
    return {kind.code: kind for kind in rules.activities}


@source(
    "activity_record",
    about="activity",
    rows=("name", "unit", "title", "state"),
    fields=(
        "unit",
        "kind",
        "title",
        "held_on",
        "place",
        "host",
        "recorder",
        "audience",
        "figures",
        "content",
    ),
)
def activity_record(*, activity, attendances, whole):
    """会议（教育活动）记录 of one activity.

    ``attendances``: the rows that the reader may see. ``whole``: whether these are all rows; only then are they
    counted.
    """
    rules = activity.campaign.scheme.rules
    rows = list(attendances.select_related("user__unit"))
    counts = {mark: sum(row.mark == mark for row in rows) for mark in Mark.values}
    figures = (
        f"应到{len(rows)}人，实到{counts[Mark.PRESENT]}人，请假{counts[Mark.EXCUSED]}人，缺席{counts[Mark.ABSENT]}人"
    )
    return {
        "rows": [
            {
                "name": row.user.name,
                "unit": row.user.unit.name if row.user.unit else "",
                "title": row.user.title,
                "state": row.get_mark_display(),
            }
            for row in rows
        ],
        "fields": {
            "unit": activity.unit.name,
            "kind": rules.label_of("activities", activity.kind),
            "title": activity.title,
            "held_on": activity.held_on.isoformat(),
            "place": activity.place,
            "host": activity.host,
            "recorder": activity.recorded_by.name,
            "audience": activity.audience,
            "figures": figures if whole else "",
            "content": (f"【本记录已作废：{activity.void_reason}】\n" if activity.voided_at else "") + activity.content,
        },
    }


@source(
    "consultation_record",
    about="activity",
    rows=("source", "words", "adopted", "reason"),
    fields=(
        "unit",
        "kind",
        "title",
        "power",
        "held_on",
        "place",
        "host",
        "recorder",
        "audience",
        "asked",
        "experts",
        "content",
        "figures",
    ),
)
def consultation_record(*, activity, attendances, whole):
    """征求意见（专家论证）及采纳情况记录 of one consultation: who was asked, what they said, what came of it.

    Who came is not on it: ``attendances`` and ``whole`` are those of the record of a meeting. Source: R4-03, R4-04.
    """
    rules, opinions = activity.campaign.scheme.rules, list(activity.opinions.all())
    return {
        "rows": [
            {
                "source": opinion.source,
                "words": opinion.words,
                "adopted": opinion.get_adopted_display(),
                "reason": opinion.reason,
            }
            for opinion in opinions
        ],
        "fields": {
            "unit": activity.unit.name,
            "kind": rules.label_of("activities", activity.kind),
            "title": activity.title,
            "power": activity.power_name,
            "held_on": activity.held_on.isoformat(),
            "place": activity.place,
            "host": activity.host,
            "recorder": activity.recorded_by.name,
            "audience": activity.audience,
            "asked": f"{activity.asked}人" if activity.asked else "",
            "experts": "\n".join("，".join(expert) for expert in activity.experts),
            "content": (f"【本记录已作废：{activity.void_reason}】\n" if activity.voided_at else "") + activity.content,
            "figures": _received(len(opinions), sum(opinion.adopted in ADOPTED for opinion in opinions)),
        },
    }


def _received(opinions, adopted):
    """How many opinions came, and how many were adopted at least partly."""
    return f"收到意见{opinions}条，采纳或部分采纳{adopted}条"


@source(
    "activity_list",
    about="unit",
    rows=("unit", "held_on", "kind", "title", "place", "host", "expected", "present", "remark"),
)
def activity_list(*, unit, units, on, rules, reader=None):
    """会议和教育活动一览 of ``units`` in the year of ``on``, oldest first, with numbers expected and present."""
    held = _of_year(units, on).select_related("unit")
    if reader is not None:
        held = held.filter(pk__in=Activity.objects.visible_to(reader).values("pk"))
    rows = activities.counted(held).order_by("held_on", "pk")
    return {
        "rows": [
            {
                "unit": row.unit.name,
                "held_on": row.held_on.isoformat(),
                "kind": rules.label_of("activities", row.kind),
                "title": row.title,
                "place": row.place,
                "host": row.host,
                "expected": row.expected,
                "present": row.present,
                "remark": "；".join(
                    f"{word}{count}人" for word, count in (("请假", row.excused), ("缺席", row.absent)) if count
                ),
            }
            for row in rows
        ]
    }


@source(
    "reading_record",
    about="reading",
    rows=("name", "unit", "state", "read_at"),
    fields=("title", "publisher", "published_on", "due_on", "figures"),
)
def reading_record(*, document, receipts):
    """学习文件阅读情况: who has read the document and when. ``receipts``: the rows that the reader may see."""
    rows = list(receipts.filter(user__is_active=True).select_related("user__unit"))
    read = sum(row.read_at is not None for row in rows)
    return {
        "rows": [
            {
                "name": row.user.name,
                "unit": row.user.unit.name if row.user.unit else "",
                "state": "已阅" if row.read_at else "未阅",
                "read_at": f"{timezone.localtime(row.read_at):%Y-%m-%d %H:%M}" if row.read_at else "",
            }
            for row in rows
        ],
        "fields": {
            "title": document.title,
            "publisher": document.unit.name,
            "published_on": timezone.localdate(document.published_at).isoformat(),
            "due_on": document.due_on.isoformat() if document.due_on else "",
            "figures": f"应阅{len(rows)}人，已阅{read}人，未阅{len(rows) - read}人",
        },
    }


def about_activity(layout, activity, *, attendances, whole):
    """The document of a paper about one activity."""
    return _signed(layout, activity.campaign, activity=activity, attendances=attendances, whole=whole) | {
        "attachments": list(activity.attachments.values_list("name", "digest"))
    }


def about_reading(layout, document, *, receipts):
    """The document of a paper about one document to read."""
    return _signed(layout, document.campaign, document=document, receipts=receipts)


def _signed(layout, campaign, **about):
    return {
        **document_for(layout.compiled, **about),
        "year": campaign.year,
        **issuer(campaign.scheme.rules),
    }


def _of_year(units, on):
    return activities.valid(Activity.objects.filter(unit__in=units, campaign__year=on.year, held_on__lte=on))


def log_rows(*, units, on, rules, reader=None):
    """The meetings of ``units`` as rows of the search log. Source: R1-52."""
    held, known = _of_year(units, on).select_related("unit"), kinds(rules)
    if reader is not None:
        held = held.filter(pk__in=Activity.objects.visible_to(reader).values("pk"))
    return [
        {
            "unit": row.unit.name,
            "at": f"{row.held_on:%Y-%m-%d}",
            "task": rules.label_of("activities", row.kind),
            "place": row.place or row.unit.name,
            "step": "会议、活动",
            "person": row.host,
            "text": _logged(row, known.get(row.kind)),
        }
        for row in activities.with_opinions(activities.counted(held)).order_by("held_on", "pk")
    ]


def _logged(row, kind):
    """What the search log says of an activity: who came, and of a consultation who was asked and what came of it."""
    said = [f"应到{row.expected}人，实到{row.present}人"] if row.expected else []
    if kind is not None and kind.purpose == "consultation":
        asked = f"征求{row.audience}{f'{row.asked}人' if row.asked else ''}" if row.audience else ""
        experts = f"专家{len(row.experts)}人" if row.experts else ""
        said += [*filter(None, (asked, experts)), _received(row.received, row.adopted)]
    return f"{row.title}（{'；'.join(said)}）" if said else row.title


@disclosed.consulted_by
def consultations_on(actor, series):
    """Return the consultations on a power that the actor may read, newest first. Source: R4-03, R4-04."""
    rows = activities.valid(Activity.objects.visible_to(actor).filter(power=series))
    rows = activities.with_opinions(rows).select_related("campaign__scheme").defer("campaign__scheme__source")
    return [
        disclosed.Consultation(
            row.pk,
            row.campaign.scheme.rules.label_of("activities", row.kind),
            row.title,
            row.held_on,
            row.received,
            row.adopted,
        )
        for row in rows[:MOST]
    ]


def figures(*, units, on):
    """The annual summary's ``[(name, count)]``: activities by purpose, people who came, documents read."""
    held = _of_year(units, on).select_related("campaign__scheme")
    purposes = dict.fromkeys(PURPOSES, 0)
    for row in held.defer("campaign__scheme__document", "campaign__scheme__source"):
        kind = kinds(row.campaign.scheme.rules).get(row.kind)
        purposes[kind.purpose if kind else "education"] += 1
    heard = Opinion.objects.filter(activity__in=_of_year(units, on)).aggregate(
        received=Count("pk"), adopted=Count("pk", filter=Q(adopted__in=ADOPTED))
    )
    came = Attendance.objects.filter(activity__in=_of_year(units, on), mark=Mark.PRESENT).count()
    receipts = ReadReceipt.objects.filter(
        user__unit__in=units, document__campaign__year=on.year, document__published_at__date__lte=on
    ).aggregate(asked=Count("pk"), read=Count("pk", filter=Q(read_at__date__lte=on)))
    return [
        ("会议和教育活动（次）", sum(purposes.values())),
        *((f"其中：{PURPOSES[purpose]}", count) for purpose, count in purposes.items() if count),
        ("参加会议和教育活动（人次）", came),
        *([("征求到的意见（条）", heard["received"])] if heard["received"] else []),
        *([("其中：采纳或部分采纳", heard["adopted"])] if heard["received"] else []),
        ("学习文件应阅（人次）", receipts["asked"]),
        ("学习文件已阅（人次）", receipts["read"]),
    ]
