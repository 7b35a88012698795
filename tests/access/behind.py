"""The objects that the URLs of matrix.yaml lead to, and the form data that is posted there."""

import uuid
from functools import cache
from pathlib import Path

from registers.models import ControlMeasure, PowerItem, RiskPoint
from tests import doors
from tests.access import desks, imported, organised
from tests.access.browsers import judged, typed
from tests.browser.pages import PASSWORD
from tests.written import values_of
from workflows.compiled import minutes

FILE = Path(__file__).with_name("matrix.yaml")
MATRIX = values_of(FILE.read_text())
GROUPS = {name: people.split() for name, people in MATRIX["people"].items()}
DOORS = MATRIX["doors"]
PUBLIC = MATRIX["public"]
UNKNOWN = 10**6


def behind(world, door):
    """Return the objects that a URL is tried with: name → (arguments of the URL, the object).

    A URL without arguments has the one name ``""``.
    """
    if door.startswith("submission_"):
        form = {"form": "xlsx"} if door in ("submission_file", "submission_record") else {}
        form |= {"slug": "return-notice"} if door == "submission_record" else {}
        return {
            name: ({"pk": sheet.pk, **form}, sheet) for name, sheet in world.sheets.items() if name in MATRIX["sheets"]
        }
    return _things(world).get(door, {"": ({}, None)})


@cache
def _things(world):
    """Return what stands behind the other URLs: door → name → (arguments of the URL, the object)."""
    return {
        "unit_detail": {"": ({"code": world.campus.unit.code}, None)},
        "post_detail": {"": ({"code": world.posts["slight"].code}, None)},
        "risk_detail": {
            name: ({"series": series_of(world, name)}, None)
            for name in ("slight", "grave", "ungraded", "unit", "proposal")
        },
        **{
            door: {"": ({"series": PowerItem.objects.get(name=world.canaries["power"]).series}, None)}
            for door in ("power_detail", "power_file")
        },
        "point_place": {
            name: ({"pk": RiskPoint.objects.open().get(series=series_of(world, name)).pk}, None)
            for name in ("grave", "unit")
        },
        "paper_blank": {"": ({"slug": "annex-2"}, None)},
        "paper_file": {"": ({"slug": "annex-2", "form": "xlsx"}, None)},
        **_of_notices(world),
        "campaign_close": {"": ({"year": world.year.number}, None)},
        "campaign_undo": {"": ({"year": world.year.number}, None)},
        **{
            door: {"": ({"pk": world.year.campaign.phases.first().pk}, None)}
            for door in ("phase_close", "phase_reopen")
        },
        **{door: {"": ({"code": world.campus.unit.code}, None)} for door in ("record_list", "record_bind")},
        "record_detail": {"": ({"code": world.campus.unit.code, "slug": "search-log"}, None)},
        "record_file": {"": ({"code": world.campus.unit.code, "slug": "search-log", "form": "xlsx"}, None)},
        "regulation_detail": {"": ({"pk": world.regulations["unit"].pk}, None)},
        "regulation_edit": {name: ({"pk": found.pk}, None) for name, found in world.regulations.items()},
        **{
            door: {
                name: ({"series": ControlMeasure.objects.get(text=world.canaries[f"{name} prevention"]).series}, None)
                for name in ("slight", "grave")
            }
            for door in ("measure_detail", "measure_check")
        },
        **_of_the_year(world),
        **world.inspected.behind(),
        **world.assessed.behind(),
        **world.warned.behind(),
        **world.dutied.behind(),
        **world.ranked.behind(),
        **world.disclosed.behind(),
        **{door: {"": ({"pk": world.job.pk}, None)} for door in ("job_detail", "job_file", "job_cancel")},
        **imported.behind(world, DOORS),
        **desks.behind(world),
        **organised.behind(world),
        **{door: {"": ({"pk": world.robot.pk}, None)} for door in ("robot_test", "robot_stop")},
        "scheme_preview": {"": ({"pk": world.campus.scheme.pk, "part": "routes"}, None)},
        "scheme_draft_preview": {"": ({"pk": world.scheme_draft.pk, "part": "routes"}, None)},
        **{
            door: {"": ({"pk": world.scheme_draft.pk}, None)}
            for door in ("scheme_edit", "scheme_publish", "scheme_discard")
        },
    }


def _of_notices(world):
    """Return what stands behind the doors to notices within the site."""
    return {
        "notice_detail": {"unit": ({"pk": world.notice.pk}, None), "school": ({"pk": world.school_notice.pk}, None)},
        "notice_html": {"unit": ({"pk": world.notice.pk}, None), "school": ({"pk": world.school_notice.pk}, None)},
        "notice_file": {
            "unit": ({"pk": world.notice.pk, "form": "xlsx"}, None),
            "school": ({"pk": world.school_notice.pk, "form": "xlsx"}, None),
        },
        **world.published.things(),
        "notice_draft": {"": ({"pk": world.notice.task_id, "code": world.campus.unit.code}, None)},
        **{
            door: {"unit": ({"pk": world.notice.pk}, None), "draft": ({"pk": world.drafted.pk}, None)}
            for door in ("notice_release", "notice_return", "notice_discard", "notice_withdraw")
        },
    }


def _of_the_year(world):
    """Return what a year holds besides sheets: deadlines, meetings, documents, files, suggestions."""
    return {
        **{
            door: {"": ({"pk": world.objection.pk}, None)}
            for door in ("objection_handle", "objection_extend", "objection_name", "objection_retract")
        },
        **{
            door: {"unit": ({"pk": world.notice.pk}, None), "school": ({"pk": world.school_notice.pk}, None)}
            for door in ("public_notice", "public_object")
        },
        **{door: {"": ({"pk": world.clue.pk}, None)} for door in ("clue_detail", "clue_handle")},
        "deadline_change": {"": ({"pk": world.task.pk}, None)},
        "extension_decide": {"": ({"pk": world.extension.pk}, None)},
        "standin_end": {"": ({"pk": world.standin.pk}, None)},
        "attachment_file": {name: ({"pk": file.pk}, None) for name, file in world.files.items()},
        **{
            door: {
                name: ({"pk": activity.pk} | ({"form": "xlsx"} if door == "activity_file" else {}), None)
                for name, activity in world.activities.items()
            }
            for door in DOORS
            if door.startswith("activity_") and door not in ("activity_list", "activity_add")
        },
        **{
            door: {
                name: ({"pk": document.pk} | ({"form": "xlsx"} if door == "reading_file" else {}), None)
                for name, document in world.readings.items()
            }
            for door in DOORS
            if door.startswith("reading_") and door not in ("reading_list", "reading_add")
        },
        "suggestion_withdraw": {"": ({"pk": world.suggestion.pk}, None)},
        **{
            door: {
                name: (
                    {"pk": meeting.pk}
                    | ({"slug": "meeting-minutes", "form": "xlsx"} if door == "meeting_file" else {}),
                    None,
                )
                for name, meeting in world.meetings.items()
            }
            for door in DOORS
            if door.startswith("meeting_")
            and door not in ("meeting_list", "meeting_add", "meeting_item", "meeting_document")
        },
        **{
            door: {
                name: ({"pk": meeting.items.get(submission=None).pk}, None) for name, meeting in world.meetings.items()
            }
            for door in ("meeting_item", "meeting_document")
        },
    }


def series_of(world, name):
    points = RiskPoint.objects.filter(in_force_from__isnull=name == "proposal", in_force_until=None)
    text = {"slight": "slight", "grave": "grave", "ungraded": "notice", "unit": "unit point", "proposal": "review"}[
        name
    ]
    found = points.get(content=world.canaries[text])
    assert getattr(found.final_grade, "rank", None) == {"slight": 3, "grave": 1}.get(name)
    return found.series


def nothing(kwargs):
    """Return the arguments of the same URL for an object that does not exist."""
    missing = {
        "pk": UNKNOWN,
        "series": uuid.UUID(int=7),
        "code": "no-such",
        "slug": "no-such",
        "form": "xlsx",
        "part": "routes",
        "year": 1999,
        "kind": "posts",
        "act": "edit",
    }
    return {name: missing[name] for name in kwargs}


@cache
def body(world, door, sheet):
    """Return complete and correct form data for a URL. Nobody changes it: it is made once.

    So only the poster's role decides whether it is accepted.
    """
    if door in ("submission_fill", "submission_save"):
        return (
            typed(world.year.again(sheet), save="1")
            if sheet.state in ("open", "returned")
            else {"draft_version": 0, "save": "1"}
        )
    if door in ("submission_vote", "submission_decide", "submission_review_save"):
        return judged(sheet)
    if door == "meeting_sign":
        seen = minutes.protocol_of(world.meetings["held"], on=world.clock.today).minutes()
        return {"password": PASSWORD, "seen_digest": minutes.digest_of_minutes(seen)}
    plain = _posted(world).get(door, {})
    return {"seen_version": sheet.version} | plain if sheet else plain


@cache
def _posted(world):
    """Return what is posted whatever state its object is in: door → form data."""
    regulation = {
        "state": "to_amend",
        "document_number": "一号",
        "issued_by": "某处",
        "effective_on": "2026-01-01",
        "remark": "",
    }
    return _posted_in_a_year(world) | {
        "submission_entry": {"add": "process"},
        "submission_hand_over": {"to": world.campus.second.pk},
        "adjustment_begin": {"what": "powers", "unit": world.campus.unit.code, "post": "", "series": ""},
        "suggestion_make": {"post": world.posts["draft"].code, "content": "建议"},
        "regulation_add": {"unit": world.campus.unit.code, "name": "新制度", **regulation},
        "regulation_import": {
            "unit": world.campus.unit.code,
            "text": "新制度｜一号｜2026-01-01",
            "state": "in_force",
        },
        "regulation_edit": {"name": "改名的制度", "version": 1, **regulation},
        "measure_detail": {"state": "done", "text": "已落实"},
        "measure_check": {"result": "not_verified", "text": "未见记录"},
        "ledger_export": {"unit": world.campus.unit.code, "reason": "年度归档"},
        "campaign_open": {"year": 2031},
        **{
            door: dict.fromkeys(("year", "task", "unit", "state", "person"), "")
            for door in ("progress_nudge", "progress_export", "progress_papers")
        },
        "phase_close": {"reason": "按期结束"},
        "channel_choice": {"mail": "off", "quiet_from": "20:00", "quiet_until": "08:00", "robot": "on"},
        "robot_add": {
            "unit": world.campus.unit.pk,
            "kind": "dingtalk",
            "label": "群",
            "url": "https://oapi.dingtalk.com/robot/send?access_token=x",
            "secret": "SEC0",
        },
        "scheme_begin": {"base": world.campus.scheme.pk},
        "scheme_choose": {"slug": world.campus.scheme.slug},
        "scheme_edit": {"text": "identity:", "title": "草稿", "version": world.scheme_draft.version},
        "scheme_publish": {"version": world.scheme_draft.version},
        "login": {"username": "clerk", "password": "wrong"},
    }


def _posted_to_notices(world):
    return {
        "notice_detail": {"row": "0", "category": "content", "text": "有异议"},
        "objection_extend": {"why": "须外出核实"},
        "objection_name": {"reason": "核实情况"},
        "clue_detail": {"reason": "按程序办理"},
        "clue_handle": {"outcome": "taken", "answer": ""},
        "public_object": {
            **doors.answered(f"notice:{world.school_notice.pk}", at=world.clock.now),
            "category": "grade",
            "row": "0",
            "text": "等级偏低",
        },
        "public_clue": {**doors.answered("clue", at=world.clock.now), "about": "staff", "text": "有人反映"},
        "public_receipt": {"code": world.code},
        "notice_draft": {"title": "公示", "sheets": [world.sheets["notice"].pk]},
        "notice_release": {"reviewed": "on"},
        "notice_return": {"row": "1", "why": "有误"},
        "notice_withdraw": {"why": "有误"},
        "objection_handle": {"finding": "rejected", "handling": "已核实"},
    }


def _posted_in_a_year(world):
    return (
        _posted_to_meetings(world)
        | _posted_to_notices(world)
        | world.inspected.posted()
        | world.assessed.posted()
        | world.warned.posted()
        | world.dutied.posted()
        | world.ranked.posted()
        | world.disclosed.posted()
        | world.published.posted()
        | imported.posted(world)
        | desks.posted(world)
        | organised.posted(world)
        | {
            "deadline_change": {"due_on": "2026-12-20", "whom": "all", "reason": "寒假推迟", "move": "1"},
            "submission_extend": {"until": "2026-12-20", "reason": "出差"},
            "extension_decide": {"verdict": "grant", "until": "2026-12-20", "answer": "同意"},
            "standin_add": {
                "for": "head",
                "appointments": [row.pk for row in world.campus.head.appointments.all()],
                "number": "member",
                "since": "2026-11-06",
                "last": "2026-11-20",
                "note": "外出学习",
            },
            "activity_add": {**held(world), "unit": world.campus.unit.code, "expected": "everybody", "numbers": ""},
            "activity_edit": {**held(world), "seen_version": 0},
            "activity_attendance": {"numbers": "colleague", "mark_as": "absent", "user": []},
            "activity_void": {"reason": "登记有误"},
            "reading_add": {
                "unit": world.campus.unit.code,
                "title": "学习",
                "text": "请阅读",
                "due_on": "",
                "audience": "everybody",
                "roles": [],
                "units": [],
            },
        }
    )


def _posted_to_meetings(world):
    held_on, office, chair = world.clock.today.isoformat(), world.campus.office.pk, world.campus.chair.pk
    values = {"held_on": held_on, "place": "会议室", "chair": chair, "recorder": office, "held_at": ""}
    held = world.meetings["held"]
    return {
        "meeting_add": {**values, "body": "school-group", "form": "held", "number": "第九次"},
        "meeting_edit": {**values, "number": "第八次", "seen_version": held.version},
        "meeting_agenda": {"matter": "1", "title": "其他议题"},
        "meeting_cancel": {"reason": "改期"},
        "meeting_attendance": {"rest": "yes", "seen_version": held.version},
        "meeting_agree": {"seen_version": held.version},
        "meeting_vote": {"rest": "yes"},
        "meeting_item": {
            "outcome": "agree",
            "words": "同意",
            "against": "0",
            "abstained": "0",
            "seen_version": held.version,
        },
    }


def held(world):
    """Return the form data of a meeting."""
    return {
        "kind": "mobilisation",
        "title": "动员会",
        "held_on": world.clock.today.isoformat(),
        "place": "会议室",
        "host": "主持人",
        "audience": "全体",
        "content": "内容",
        **dict.fromkeys(("power", "asked", "experts"), ""),  # of consultations only
    }
