"""Template variables of every page: the menu of the person, his counters, the demo's clock."""

from functools import cache, lru_cache

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from registers import clock
from registers.actors import ROLE_LABELS
from registers.schemes.parts import Contact
from workflows.campaign import campaigns
from workflows.policies import badges
from workflows.policies.campaigns import PREPARES, WATCHES_PROGRESS
from workflows.policies.door import door_of, rules_beside, the_rules

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
# What may be known of whom to ask: the part of the contact, and the word before it.
REACHED = (("person", ""), ("phone", "电话 "), ("email", "邮箱 "), ("address", "地址："))
# Groups of entries. Those of the first are always in view, the others fold.
DAILY, YEAR, OVERSIGHT, REGISTER, OPEN, PEOPLE, SITE = (
    "办理",
    "年度活动",
    "检查与考核",
    "登记册",
    "公开",
    "组织",
    "资料与设置",
)
MORE = "更多"
# (group, label, URL name, icon, roles that see it; EVERYONE = all)
MENU = [
    (DAILY, "我的待办", "desk", "check2-square", EVERYONE),
    (DAILY, "已办", "done_list", "clipboard-check", EVERYONE),
    (DAILY, "动态调整", "adjustment_list", "pencil-square", EVERYONE),
    (DAILY, "提建议", "suggestion_list", "lightbulb", EVERYONE),
    (DAILY, "线索", "clue_list", "envelope-exclamation", ("discipline",)),
    (YEAR, "活动安排", "campaign", "calendar3", EVERYONE),
    (YEAR, "进度看板", "board", "speedometer2", WATCHES_PROGRESS),
    (YEAR, "填报进度", "progress_list", "bar-chart-steps", WATCHES_PROGRESS),
    (YEAR, "会议审议", "meeting_list", "bank", ("office", "school_group", "party_committee")),
    (YEAR, "会议与教育", "activity_list", "people", EVERYONE),
    (YEAR, "学习文件", "reading_list", "book", EVERYONE),
    (YEAR, "责任与教育", "duty_list", "file-earmark-check", EVERYONE),
    (OVERSIGHT, "检查与整改", "inspection_list", "clipboard2-pulse", INSPECTED),
    (OVERSIGHT, "预警与文书", "warning_list", "exclamation-octagon", WARNED),
    (OVERSIGHT, "考核与测评", "assessment_list", "award", EVERYONE),
    (OVERSIGHT, "单位排名", "ranking_list", "trophy", EVERYONE),
    (OVERSIGHT, "表扬", "commendation_list", "hand-thumbs-up", EVERYONE),
    (REGISTER, "风险点", "risk_list", "exclamation-diamond", EVERYONE),
    (REGISTER, "权力事项", "power_list", "list-check", EVERYONE),
    (REGISTER, "防控措施落实", "measure_list", "ui-checks", EVERYONE),
    (
        REGISTER,
        "防控提示",
        "hint_list",
        "signpost-split",
        ("unit_head", "leader_in_charge", "office", "registrar"),
    ),
    (
        REGISTER,
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
    (REGISTER, "风险排序", "risk_order", "sort-down", EVERYONE),
    (REGISTER, "与上年对照", "comparison", "arrow-left-right", EVERYONE),
    (REGISTER, "制度目录", "regulation_list", "journals", EVERYONE),
    (OPEN, "公示", "notice_list", "megaphone", EVERYONE),
    (OPEN, "公开与通报", "publication_list", "journal-bookmark", EVERYONE),
    (OPEN, "办事公开", "disclosure_list", "window-stack", EVERYONE),
    (PEOPLE, "单位与岗位", "unit_list", "diagram-3", EVERYONE),
    (PEOPLE, "单位岗位维护", "unit_desk", "diagram-2", ("registrar",)),
    (PEOPLE, "人员", "people_desk", "person-vcard", ("registrar", "sys_admin", "security_admin")),
    (PEOPLE, "任职", "role_desk", "person-badge", ("registrar", "sys_admin", "security_admin")),
    (
        PEOPLE,
        "代理",
        "standin_list",
        "person-check",
        ("liaison", "unit_head", "leader_in_charge", "office", "school_group", "party_committee", "registrar"),
    ),
    (PEOPLE, "数据导入", "import_list", "box-arrow-in-down", ("registrar",)),
    (SITE, "开始使用", "beginning", "flag", PREPARES),
    (SITE, "方案", "scheme_list", "journal-text", ("registrar",)),
    (SITE, "表格样式", "paper_list", "file-earmark-text", EVERYONE),
    (SITE, "群机器人", "robot_list", "robot", ("liaison", "unit_head", "office", "registrar")),
    (SITE, "未发出的邮件", "mail_list", "envelope-x", ("sys_admin",)),
    (SITE, "审计记录", "audit_list", "shield-check", EVERYONE),
]
# All that a person without any role has in view, who comes a few times a year. The rest is folded away under MORE.
SHORT = {
    "desk",
    "done_list",
    "adjustment_list",
    "suggestion_list",
    "reading_list",
    "risk_list",
    "power_list",
    "notice_list",
}
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
    "leader_list": "unit_list",
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


# Entries left out where no rule book that holds asks for anything there: URL name → what says so of the rules.
ASKED = {
    "meeting_list": lambda rules: rules.bodies,
    "duty_list": lambda rules: rules.duties.has_pages,
    "disclosure_list": lambda rules: rules.disclosure.kept,
}


def menu(actor, here, rule_books=()):
    """Return the groups of menu entries that the actor sees, for the page with the URL name ``here``.

    ``rule_books``: those that hold, of the running campaign and in use today. Without any, nothing is left out.

    A group has a ``label``, its ``entries``, whether it ``folds``, and whether it ``is_open``: the present page is in it.
    ``active`` (aria-current) is set on the entry of the present page.
    """
    return _groups(_names(actor, rule_books), bool(actor.grants), here, badges.waiting(actor))


@lru_cache(maxsize=500)
def _rendered(*shown):
    """Return the menu as it stands in the page: one text for all who see the same (``_groups``)."""
    return render_to_string("components/nav.html", {"groups": _groups(*shown)})


@lru_cache(maxsize=500)
def _bar(**shown):
    """Return the bar at the top as it stands in the page, one text for all who see the same (``components/top.html``)."""
    return render_to_string("components/top.html", shown)


def _names(actor, rule_books):
    """Return the URL names of the entries that the actor sees."""
    needless = {name for name, asked in ASKED.items() if rule_books and not any(map(asked, rule_books))}
    held = {grant.role for grant in actor.grants}
    return tuple(
        name
        for _, _, name, _, roles in MENU
        if name not in needless and (roles is EVERYONE or not held.isdisjoint(roles))
    )


def _groups(names, has_role, here, waiting):
    """Return the groups of the entries ``names``. ``waiting``: the number beside the desk."""
    current, groups = entry_of(here), {}
    for group, label, name, icon, _ in MENU:
        if name not in names:
            continue
        entry = {
            "label": label,
            "url": reverse(name),
            "icon": icon,
            "active": ("page" if name == here else "true") if name == current else "",
            "badge": waiting if name == "desk" else 0,
        }
        groups.setdefault(_group_for(has_role, group, name), []).append(entry)
    return [
        {
            "label": label,
            "entries": entries,
            "folds": label != DAILY,
            "is_open": any(entry["active"] for entry in entries),
        }
        for label, entries in groups.items()
    ]


def _group_for(has_role, group, name):
    """Return the group in which somebody finds the entry ``name`` of ``group``, with a role or without."""
    if has_role:
        return group
    return DAILY if name in SHORT else MORE


def entry_of(page):
    """The URL name of the entry that ``page`` (a URL name) belongs to: its own, its subject's, or ""."""
    names = [name for _, _, name, _, _ in MENU]
    entry = BELONGS.get(page, page)
    subject = entry.partition("_")[0]
    return entry if entry in names else next((name for name in names if name.partition("_")[0] == subject), "")


def whom_to_ask(rules):
    """Return in words whom to ask for help: the office with its contact, without one also the liaison."""
    roles, contact = (rules.roles, rules.identity.contact) if rules is not None else ({}, Contact())
    office = roles.get("office", ROLE_LABELS["office"])
    known = [f"{label}{value}" for name, label in REACHED if (value := getattr(contact, name))]
    if not known:
        return f"需要帮助的，请向{roles.get('liaison', ROLE_LABELS['liaison'])}或{office}询问。"
    return f"需要帮助的，请向{office}询问：{'，'.join(known)}。"


def context(request):
    """Template variables of the page frame.

    For people who are logged out nothing is read but, on the login page and where somebody is locked out, the rule book in use,
    and the clock of a demo.
    """
    actor = getattr(request, "actor", None)
    if actor is None or not actor.is_authenticated:
        in_use = cache(the_rules)
        return {
            "actor": actor,
            "site_title": "廉政风险防控",
            "institution_name": settings.INSTITUTION_NAME,
            "demo_clock": SimpleLazyObject(clock.now) if settings.DEMO else None,
            "is_rehearsal": settings.REHEARSAL,
            **_said_by(in_use),
        }
    campaign = SimpleLazyObject(lambda: campaigns.current_for(actor))
    in_use = cache(lambda: rules_beside(campaign or None))
    site = SimpleLazyObject(lambda: campaign.scheme.rules.identity.product_word if campaign else "廉政风险防控")
    institution = SimpleLazyObject(lambda: campaign.institution.name if campaign else settings.INSTITUTION_NAME)
    return {
        "actor": actor,
        "top": SimpleLazyObject(
            lambda: _bar(
                person=actor.user.name,
                roles=tuple(actor.roles),
                unread=badges.unread(actor),
                institution=str(institution),
                site=str(site),
            )
        ),
        "nav": SimpleLazyObject(
            lambda: _rendered(
                _names(actor, _rule_books(campaign, in_use())),
                bool(actor.grants),
                _page_of(request),
                badges.waiting(actor),
            )
        ),
        "unread_count": SimpleLazyObject(lambda: badges.unread(actor)),
        "demo_clock": clock.now() if settings.DEMO else None,
        "is_rehearsal": settings.REHEARSAL,
        "site_title": site,
        "institution_name": institution,
        **_said_by(in_use),
    }


def _said_by(in_use):
    """Return what the frame takes from the rule book that ``in_use`` reads when it is first asked for."""
    return {
        "door_is_open": SimpleLazyObject(lambda: door_of(in_use()).enabled),
        "whom_to_ask": SimpleLazyObject(lambda: whom_to_ask(in_use())),
    }


def _page_of(request):
    return request.resolver_match.url_name if request.resolver_match else ""


def _rule_books(campaign, in_use):
    books = (campaign.scheme.rules if campaign else None, in_use)
    return [rules for rules in books if rules is not None]
