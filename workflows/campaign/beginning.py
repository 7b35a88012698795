"""What a new site needs before its first campaign, and how much of it is there (开始使用).

One function a point, each computed from what is on record: nothing is ticked by hand, so a point that comes undone shows it.
Pages and links are none of its business (``workflows.views.beginning``).
"""

from dataclasses import dataclass, field
from enum import StrEnum

from django.conf import settings
from django.db.models import Exists, Func, IntegerField, OuterRef, Q, Subquery

from registers import accounts, administrators, kept
from registers.actors import ADMINISTRATORS, ROLE_LABELS
from registers.models import AuditEntry, Incumbency, Post, PowerItem, RiskPoint, Scheme, Unit, User
from registers.schemes import importing
from workflows.campaign import campaigns, plans, rehearsing
from workflows.deadlines import days
from workflows.messages import trial_letter
from workflows.models import Campaign, Submission
from workflows.models.submissions import UNFINISHED

REHEARSED = "campaign.rehearse"
STAFF = ("registrar", "office")  # with whom the work can begin
NAMED = 5  # units that a point names; of more it says how many


class State(StrEnum):
    """How far a point has got. ``ADVISED``: one can begin without it, and then gives something up."""

    DONE = "done"
    OPEN = "open"
    ADVISED = "advised"


@dataclass
class Point:
    """One point of the list.

    ``there``: what is on record, ``lacks``: what is missing and how to mend it, both sentences. ``by``: the roles that do it.
    ``address``: of another site where it goes on.
    """

    code: str
    label: str
    by: tuple
    there: str = ""
    lacks: list = field(default_factory=list)
    is_needed: bool = True
    address: str = ""

    @property
    def state(self):
        if not self.lacks:
            return State.DONE
        return State.OPEN if self.is_needed else State.ADVISED


class Site:
    """What all points start from: the school, the rule book that it has adopted, the day.

    ``actor``: for whom it is kept what takes long to find, None where it is found now. ``counted_at``: the moment of what is kept, None
    is now. ``roles``: what is said of who concludes the sheets.
    """

    def __init__(self, on, actor=None):
        self.on, self.scheme = on, Scheme.objects.in_use()
        found = _known(actor, self.scheme) if actor else None
        self.root = Unit.objects.filter(parent=None).annotate(**({} if found else _counted(on))).first()
        for name, number in found.figures["counts"].items() if found and self.root else ():
            setattr(self.root, name, number)
        self.counted_at = found.made_at if found else None
        self.roles = found.figures["roles"] if found else _who_concludes(self.scheme, self.root, on)
        self.running = campaigns.current()
        self.tried = _last_of(trial_letter.ACT, REHEARSED)
        self.held = administrators.holders(*ADMINISTRATORS, *STAFF, on=on)


def _last_of(*acts):
    """The last entry of the chain of each of ``acts``: act → entry."""
    last = Q()
    for act in acts:
        entries = AuditEntry.objects.filter(act=act).order_by("-sequence").values("pk")
        last |= Q(pk=Subquery(entries[:1]))
    return {entry.act: entry for entry in AuditEntry.objects.filter(last)}


def _counted(on):
    """The numbers of what is on record, as columns of one row: name → expression."""
    brought = Submission.objects.filter(task__code__startswith=importing.PREFIX)
    rows = {
        "units_below": Unit.objects.existing(on).exclude(parent=None),
        "people_in_use": User.objects.filter(is_active=True),
        "posts_in_all": Post.objects.existing(on),
        "posts_held": Post.objects.existing(on).filter(
            Exists(Incumbency.objects.in_force(on).filter(post=OuterRef("pk")))
        ),
        "people_without_password": accounts.waiting_for_slip(User.objects.all(), on),
        "powers_in_force": PowerItem.objects.open(),
        "points_in_force": RiskPoint.objects.open(),
        "sheets_unsigned": brought.filter(state__in=UNFINISHED),
    }
    counted = {name: found.order_by().values(rows=Func("pk", function="COUNT")) for name, found in rows.items()}
    return {name: Subquery(found, output_field=IntegerField()) for name, found in counted.items()}


def points(site):
    """Return the points of the list of a ``Site``, in the order in which they are best done."""
    return [one(site) for one in ALL]


def _known(actor, scheme):
    """Return the kept answer about the site. ``scheme``: the one in use, which is not read again for it."""
    actor.memory[Site] = scheme
    return kept.answer("beginning", actor)


@kept.finder("beginning", with_own_acts=True)
def kept_points(actor):
    """Find what takes long at a large school: how much is on record, who concludes the sheets."""
    counted = _counted(actor.on)
    root = Unit.objects.filter(parent=None).annotate(**counted).first()
    scheme = actor.memory[Site] if Site in actor.memory else Scheme.objects.in_use()
    roles = _who_concludes(scheme, root, actor.on)
    return {"counts": {name: getattr(root, name, 0) for name in counted}, "roles": roles}, []


def coming_year(*, on):
    """Return the year whose campaign comes next: this one, or the next where it was opened already."""
    years = set(Campaign.objects.exclude(state=Campaign.State.STANDING).values_list("year", flat=True))
    return on.year if on.year not in years else max(years) + 1


def first_day_of(scheme, institution, *, year, on):
    """Return the day from which the campaign of ``year`` can be walked through, no task being late.

    ``on``: the day for a rule book without dates.
    """
    plan = plans.plan_of(scheme, institution, year=year, on=on)
    return min((min(row.opens, row.due) for row in plan.tasks if row.due), default=on)


def administrators_apart(site):
    """The three administrators (三员), each of whom is another person. Source: R4."""
    point = Point("administrators", "系统管理员、安全管理员、审计员", ("sys_admin", "security_admin"))
    _appointed(point, ADMINISTRATORS, site)
    if point.lacks:
        point.lacks.append(
            "系统管理员先登记安全管理员、审计员和管理员这几个人，任命安全管理员，在其个人页发放一次性密码；"
            "安全管理员登录后任命审计员。三员须是三个人，都看不到填报内容。"
        )
    return point


def staff(site):
    """Those who keep the organisation and run the campaign."""
    point = Point("staff", "管理员、领导小组办公室", ("security_admin", "registrar"))
    _appointed(point, STAFF, site)
    if point.lacks:
        point.lacks.append(
            "安全管理员任命管理员，在其个人页发放一次性密码；管理员登录后接着办理以下各项，"
            "领导小组办公室可以在“单位负责人、联络员和领导小组”一项中一并导入。"
        )
    return point


def _appointed(point, roles, site):
    held = {role: site.held[role] for role in roles}
    point.there = "；".join(f"{ROLE_LABELS[role]}：{_names(people)}" for role, people in held.items() if people)
    if missing := [ROLE_LABELS[role] for role, people in held.items() if not people]:
        point.lacks.append(f"还没有{'、'.join(missing)}。")


def _names(people):
    return "、".join(map(str, people[:NAMED])) + (f"等 {len(people)} 人" if len(people) > NAMED else "")


def units(site):
    """The school and the tree of its units."""
    point = Point("units", "单位", ("registrar",))
    if site.root is None:
        point.lacks = ["还没有学校。请在服务器上运行 manage.py first_admin。"]
        return point
    number = site.root.units_below
    point.there = f"{site.root.name}，下设 {number} 个单位。" if number else f"{site.root.name}。"
    if not number:
        point.lacks = ["还没有下属单位。可以先导入一份单位名册，人员和岗位凭它对应。"]
    return point


def people(site):
    """People and the posts that they hold."""
    point = Point("people", "人员和岗位", ("registrar",))
    if site.root is not None:
        vacant = site.root.posts_in_all - site.root.posts_held
        point.there = f"{site.root.people_in_use} 人，{site.root.posts_in_all} 个岗位"
        point.there += f"，其中 {vacant} 个空缺。" if vacant else "。"
    if site.root is None or not site.root.posts_held:
        point.lacks = ["还没有人担任岗位。个人填报按岗位生成，请导入人员和岗位。"]
    return point


def scheme(site):
    """The rule book, which somebody has to adopt."""
    point = Point("scheme", "方案", ("registrar",))
    if site.scheme is None:
        stored = Scheme.objects.filter(is_current=True).exists()
        point.lacks = [
            "还没有采用方案。采用一份现有的，或复制一份改成本校的；没有采用的方案不能据以开展活动。"
            if stored
            else "还没有方案。请在服务器上运行 manage.py load_schemes，或上传本校的方案文件。"
        ]
    else:
        point.there = f"采用{site.scheme}。"
        if site.root is not None and site.scheme.institution != site.root.name:
            point.is_needed = False
            point.lacks = [
                f"方案的制定单位是“{site.scheme.institution}”，不是“{site.root.name}”，表格、台账和公示按方案印制校名。"
                "请在“方案”页复制为本校的方案，发布后采用。"
            ]
    return point


def roles(site):
    """Heads, liaisons and leading groups: whether every unit's sheets can be concluded.

    The preview of the campaign says the same.
    """
    return Point("roles", "单位负责人、联络员和领导小组", ("registrar",), **site.roles)


def _who_concludes(scheme, root, on):
    """Return what the point ``roles`` says, as fields of a ``Point``."""
    if scheme is None or root is None:
        return {"lacks": ["采用方案、录入单位后才能核对。"]}
    plan = plans.plan_of(scheme, root, year=on.year, on=on)
    refused = [row for row in plan.units if row.refused]
    lacks = [f"{row.unit.name}：{row.refused[0]}。" for row in refused[:NAMED]]
    if len(refused) > NAMED:
        lacks.append(f"另有 {len(refused) - NAMED} 个单位不能参加，见开展前预览。")
    if not plan.sheets:
        lacks.append("还没有任何人和单位需要填报。")
    lacks += plan.nobody
    lacks += [f"{lack}。" for lack in plan.bodies]
    there = f"{len(plan.chosen)} 个单位可以参加，{plan.people} 人次填报。"
    # Some units may begin and the others come in later.
    return {"there": there, "lacks": lacks, "is_needed": not plan.sheets}


def passwords(site):
    """Whether everybody can sign in: people from a file have no password before they get a slip."""
    point = Point("passwords", "登录密码", ("registrar",), is_needed=False)
    if site.root is None or not site.root.posts_held:
        point.lacks = ["导入人员后办理。"]
    elif number := site.root.people_without_password:
        point.lacks = [f"{number} 人还没有登录密码。按单位打印一次性密码，裁开后当面交给本人，先发单位负责人和联络员。"]
    else:
        point.there = "在用人员都有登录密码。"
    return point


def records(site):
    """What was on record before this site: powers and old ledgers, signed by the heads of units."""
    point = Point("records", "权力事项和历史台账", ("registrar",), is_needed=False)
    if site.scheme is None or site.root is None:
        point.lacks = ["采用方案、导入岗位后办理。"]
        return point
    powers, points, unsigned = site.root.powers_in_force, site.root.points_in_force, site.root.sheets_unsigned
    if powers or points:
        point.there = f"登记册现有 {powers} 项权力、{points} 个风险点。"
    if unsigned:
        point.lacks = [
            f"还有 {unsigned} 张导入的表等单位负责人核对签字，签字后才进入登记册，自查表才列出这些内容。"
            "请先签权力事项，再导入历史台账，风险点就会落在所属的权力上。"
        ]
    elif not point.there:
        point.lacks = ["原有权力事项和历史台账的可以导入，第一张自查表就会列出这些内容；没有的不必办理。"]
    return point


def calendar(site):
    """The holidays of this year, without which working days are weekdays."""
    point = Point("calendar", "节假日与调休", ("registrar", "sys_admin", "office"), is_needed=False)
    year = site.on.year
    if days.calendar_known(year):
        point.there = f"{year}年已载入。"
    else:
        point.lacks = [f"{year}年尚未载入，截止日和公示期只按周末计算工作日。"]
    return point


def mail(site):
    """Whether mails go out: the last letter that somebody sent to himself did."""
    point = Point("mail", "邮件", ("registrar", "sys_admin", "office"), is_needed=False)
    tried = site.tried.get(trial_letter.ACT)
    if trial_letter.stays_here(settings.EMAIL_BACKEND):
        point.lacks = ["没有设 EMAIL_URL：邮件只写成服务器上的文件，不会发出。请系统管理员在 .env 中填写后重启。"]
    elif tried is None:
        point.lacks = ["还没有试过。给自己发一封测试邮件，结果显示在页面上。"]
    elif not tried.detail["sent"]:
        point.lacks = ["最近一次测试邮件没有发出，请系统管理员检查 EMAIL_URL 后再试。"]
    if not point.lacks:
        point.there = f"测试邮件已于 {days.local(tried.at).date()} 发出，发件地址 {settings.DEFAULT_FROM_EMAIL}。"
    return point


def rehearsal(site):
    """Whether the coming campaign has been rehearsed, and where that is done now."""
    point = Point("rehearsal", "演练", ("sys_admin",), is_needed=False)
    tried, now = site.tried.get(REHEARSED), rehearsing.running()
    if now is not None:
        point.there = f"正在演练{now['year']}年度，登录密码请向启动演练的人员询问；走完后由其停止，内容随即全部删除。"
        point.address = now["url"]
    elif tried is not None:
        point.there = f"{days.local(tried.at).date()} 演练过{tried.detail['year']}年度。"
    elif site.running is not None:
        point.there = "年度活动已经开展。下一年度开展之前可以演练。"
    if now is not None or site.running is not None:
        return point
    year = coming_year(on=site.on)
    if tried is None or tried.detail["year"] < year:
        point.lacks = [
            f"{year}年度可以先走一遍：由运维人员在服务器上运行 manage.py rehearsal --url 演练用的网址，"
            "另起一个只有本校组织和方案的站点，谁都可以登录办理，停止后全部删除，不影响正式站点。"
            "演练要用第二个端口和网址，所以不能在本页启动；演练期间本页给出链接。"
        ]
    return point


def campaign(site):
    """The campaign itself."""
    point = Point("campaign", "开展年度活动", ("office", "registrar"))
    if site.running is None:
        point.lacks = ["先预览谁填报、填什么、哪天截止，再开展；误开的，在有人提交之前可以撤销。"]
    else:
        point.there = f"{site.running}进行中。"
    return point


ALL = (
    *(administrators_apart, staff, units, people, scheme, roles, passwords, records),
    *(calendar, mail, rehearsal, campaign),
)
