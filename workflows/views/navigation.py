"""Template variables of every page: the menu of the person, his counters, the demo's clock."""

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from registers import clock
from registers.access import policy_of
from workflows.campaign import campaigns
from workflows.models import Notification, Submission
from workflows.policies.campaigns import PREPARES
from workflows.policies.door import door_beside, the_door

EVERYONE = None
# Others come by the message that calls them into a team.
INSPECTED = (
    "unit_head",
    "liaison",
    "group_member",
    "leader_in_charge",
    "office",
    "school_group",
    "party_committee",
    "auditor",
)
# People who are warned themselves come by their desk and the message.
WARNED = ("unit_head", "office", "school_group", "party_committee")
WATCHERS = ("liaison", "unit_head", "leader_in_charge", "office", "school_group", "party_committee", "registrar")
# (group, label, URL name, icon, roles that see it; EVERYONE = all)
MENU = [
    ("办理", "我的待办", "desk", "check2-square", EVERYONE),
    ("办理", "已办", "done_list", "clipboard-check", EVERYONE),
    ("办理", "公示", "notice_list", "megaphone", EVERYONE),
    ("办理", "线索", "clue_list", "envelope-exclamation", ("discipline",)),
    ("办理", "提建议", "suggestion_list", "lightbulb", EVERYONE),
    ("办理", "动态调整", "adjustment_list", "pencil-square", EVERYONE),
    ("年度活动", "活动安排", "campaign", "calendar3", EVERYONE),
    ("年度活动", "进度看板", "board", "speedometer2", WATCHERS),
    ("年度活动", "填报进度", "progress_list", "bar-chart-steps", WATCHERS),
    ("年度活动", "会议审议", "meeting_list", "bank", ("office", "school_group", "party_committee")),
    ("年度活动", "检查与整改", "inspection_list", "clipboard2-pulse", INSPECTED),
    ("年度活动", "考核与测评", "assessment_list", "award", EVERYONE),
    ("年度活动", "预警与文书", "warning_list", "envelope-exclamation", WARNED),
    ("年度活动", "单位排名", "ranking_list", "trophy", EVERYONE),
    ("年度活动", "会议与教育", "activity_list", "people", EVERYONE),
    ("年度活动", "学习文件", "reading_list", "book", EVERYONE),
    ("年度活动", "责任与教育", "duty_list", "person-badge", EVERYONE),
    ("登记册", "风险点", "risk_list", "exclamation-diamond", EVERYONE),
    ("登记册", "风险排序", "risk_order", "sort-down", EVERYONE),
    ("登记册", "与上年对照", "comparison", "arrow-left-right", EVERYONE),
    ("登记册", "权力事项", "power_list", "list-check", EVERYONE),
    (
        "登记册",
        "台账",
        "ledger",
        "table",
        (
            "liaison",
            "unit_head",
            "group_member",
            "leader_in_charge",
            "office",
            "school_group",
            "party_committee",
            "registrar",
        ),
    ),
    ("登记册", "防控措施落实", "measure_list", "ui-checks", EVERYONE),
    (
        "登记册",
        "防控提示",
        "hint_list",
        "signpost-split",
        ("unit_head", "leader_in_charge", "office", "registrar"),
    ),
    ("登记册", "表扬", "commendation_list", "award", EVERYONE),
    ("登记册", "制度目录", "regulation_list", "journals", EVERYONE),
    ("登记册", "公开与通报", "publication_list", "journal-bookmark", EVERYONE),
    ("登记册", "办事公开", "disclosure_list", "window-stack", EVERYONE),
    ("资料", "表格样式", "paper_list", "file-earmark-text", EVERYONE),
    ("资料", "开始使用", "beginning", "flag", PREPARES),
    ("资料", "方案", "scheme_list", "journal-text", ("registrar",)),
    ("资料", "单位与岗位", "unit_list", "diagram-3", EVERYONE),
    ("资料", "人员", "people_desk", "person-vcard", ("registrar", "sys_admin", "security_admin")),
    ("资料", "任职", "role_desk", "person-badge", ("registrar", "sys_admin", "security_admin")),
    ("资料", "单位岗位维护", "unit_desk", "diagram-2", ("registrar",)),
    ("资料", "数据导入", "import_list", "box-arrow-in-down", ("registrar",)),
    (
        "资料",
        "代理",
        "standin_list",
        "person-check",
        ("liaison", "unit_head", "leader_in_charge", "office", "school_group", "party_committee", "registrar"),
    ),
    ("资料", "群机器人", "robot_list", "robot", ("liaison", "unit_head", "office", "registrar")),
    ("资料", "未发出的邮件", "mail_list", "envelope-exclamation", ("sys_admin",)),
    ("资料", "审计记录", "audit_list", "shield-check", EVERYONE),
]
# Pages whose menu entry has another name than theirs: page → entry.
BELONGS = {
    "objection_figures": "notice_list",
    "roster_list": "campaign",
    "phase_close": "campaign",
    "deadline_change": "campaign",
    "mobilisation_list": "campaign",
    "review_queue": "desk",
    "queue_result": "desk",
    "submission_fill": "desk",
    "submission_review": "desk",
    "extension_decide": "desk",
    "post_detail": "unit",
    "opinion_add": "activity_list",
    "opinion_edit": "activity_list",
    "unit_keep": "unit_desk",
    "unit_change": "unit_desk",
    "post_desk": "unit_desk",
    "post_change": "unit_desk",
    "finding_list": "inspection_list",
    "finding_detail": "inspection_list",
    "finding_add": "inspection_list",
    "finding_edit": "inspection_list",
    "finding_withdraw": "inspection_list",
    "residual_list": "ledger",
    "survey_list": "assessment_list",
    "survey_add": "assessment_list",
    "survey_detail": "assessment_list",
    "survey_slips": "assessment_list",
    "survey_close": "assessment_list",
    "accountability_add": "commendation_list",
    "impact_list": "publication_list",
    "avoidance_list": "duty_list",
    "avoidance_add": "duty_list",
    "avoidance_decide": "duty_list",
    "leaving_audit_add": "duty_list",
    "education_list": "duty_list",
    "education_add": "duty_list",
    "education_edit": "duty_list",
    "education_detail": "duty_list",
    **dict.fromkeys(
        (
            "person_detail",
            "person_add",
            "person_edit",
            "person_transfer",
            "person_leave",
            "person_disable",
            "person_enable",
        ),
        "people_desk",
    ),
    "slip_batch": "people_desk",
}


# Entries that a running campaign whose scheme asks for nothing there goes without: URL name → what says so of the rules.
ASKED = {"duty_list": lambda rules: rules.duties.has_pages}


def menu(request, campaign=None):
    """The menu entries this person sees. ``campaign``: the running one, None where there is none.

    ``active`` (aria-current) is set on the entry of the present page.
    """
    actor, here = request.actor, request.resolver_match.url_name if request.resolver_match else ""
    entry = entry_of(here)
    needless = {name for name, is_asked in ASKED.items() if campaign and not is_asked(campaign.scheme.rules)}
    waiting = waiting_count(actor)
    return [
        {
            "group": group,
            "label": label,
            "url": reverse(name),
            "icon": icon,
            "active": ("page" if name == here else "true") if name == entry else "",
            "badge": waiting if name == "desk" else 0,
        }
        for group, label, name, icon, roles in MENU
        if (roles is EVERYONE or actor.has(*roles)) and name not in needless
    ]


def entry_of(page):
    """The URL name of the entry that ``page`` (a URL name) belongs to: its own, its subject's, or ""."""
    names = [name for _, _, name, _, _ in MENU]
    entry = BELONGS.get(page, page)
    subject = entry.partition("_")[0]
    return entry if entry in names else next((name for name in names if name.partition("_")[0] == subject), "")


def waiting_count(actor):
    """How many submissions wait for this person, to fill in or to decide."""
    return policy_of(Submission).to_do(Submission.objects.all(), actor).count()


def context(request):
    """Template variables of the page frame.

    For people who are logged out nothing is read but, on the login page, whether the public door is open.
    """
    actor = getattr(request, "actor", None)
    if actor is None or not actor.is_authenticated:
        return {
            "actor": actor,
            "site_title": "廉政风险防控",
            "institution_name": settings.INSTITUTION_NAME,
            "door_is_open": SimpleLazyObject(lambda: the_door().enabled),
        }
    campaign = SimpleLazyObject(lambda: campaigns.current_for(actor))
    return {
        "actor": actor,
        "nav": SimpleLazyObject(lambda: menu(request, campaign)),
        "unread_count": SimpleLazyObject(lambda: Notification.objects.visible_to(actor).filter(read_at=None).count()),
        "door_is_open": SimpleLazyObject(lambda: door_beside(campaign or None).enabled),
        "demo_clock": clock.now() if settings.DEMO else None,
        "is_rehearsal": settings.REHEARSAL,
        "site_title": SimpleLazyObject(
            lambda: campaign.scheme.rules.identity.product_word if campaign else "廉政风险防控"
        ),
        "institution_name": SimpleLazyObject(
            lambda: campaign.institution.name if campaign else settings.INSTITUTION_NAME
        ),
    }
