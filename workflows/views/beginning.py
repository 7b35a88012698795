"""The page 开始使用: what a new site still needs, and where it is done."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from registers import audit, clock
from registers.access import require
from registers.actors import ROLE_LABELS
from registers.refusals import Refused
from workflows.campaign import beginning as rules
from workflows.deadlines import holidays
from workflows.messages import trial_letter
from workflows.models import Campaign

# Point → (URL name, label) of each page where it is done. The one table of these links. ``?`` begins what the page is asked.
DOORS = {
    "administrators": (("people_desk", "登记人员"), ("role_desk", "任命")),
    "staff": (("role_desk", "任命"),),
    "units": (("import_list?kind=units", "导入单位"), ("unit_desk", "维护单位")),
    "people": (
        ("import_list?kind=people", "导入人员"),
        ("import_list?kind=posts", "导入岗位"),
        ("people_desk", "人员"),
    ),
    "scheme": (("scheme_list", "选用方案"),),
    "roles": (("import_list?kind=roles", "导入任职"), ("role_desk", "办理任职")),
    "passwords": (("slip_batch", "打印一次性密码"),),
    "records": (("import_list?kind=powers", "导入权力事项"), ("import_list?kind=ledgers", "导入历史台账")),
    "campaign": (("campaign", "活动安排"),),
}
# Point → (URL name, label) of what is done on the page itself.
BUTTONS = {
    "calendar": ("beginning_calendar", "载入节假日"),
    "mail": ("beginning_mail", "给自己发测试邮件"),
}
TAGS = {
    rules.State.DONE: ("已具备", "ok", "check-lg"),
    rules.State.OPEN: ("待办理", "warn", ""),
    rules.State.ADVISED: ("建议办理", "info", ""),
}


@require_safe
def beginning(request):
    """Show the points in order.

    Context: ``points``, each with ``tag`` (label, tone, icon), ``who`` does it in words, ``doors`` or ``button`` as (address, label)
    for those who may; ``left``: how many are open; ``counted_at``: the moment of figures that are kept, None is now.
    """
    require(request.actor, "prepare", Campaign)
    site = rules.Site(request.actor.on, request.actor)
    points = rules.points(site)
    for point in points:
        point.tag = TAGS[point.state]
        point.who = "、".join(ROLE_LABELS[role] for role in point.by)
        may = request.actor.has(*point.by)
        point.doors = [(_address(door), label) for door, label in DOORS.get(point.code, ())] if may else []
        name, label = BUTTONS.get(point.code, ("", ""))
        point.button = (reverse(name), label) if may and name else None
    left = sum(point.state is rules.State.OPEN for point in points)
    context = {"points": points, "left": left, "counted_at": site.counted_at}
    return render(request, "workflows/beginning.html", context)


def _address(door):
    name, mark, asked = door.partition("?")
    return f"{reverse(name)}{mark}{asked}"


@require_POST
def beginning_calendar(request):
    """Load the announced holidays of this year and the next."""
    require(request.actor, "prepare", Campaign)
    year = clock.today().year
    known = holidays.seed((year, year + 1))
    if year in known:
        audit.append("calendar.load", actor=request.actor, at=clock.now(), detail={"years": known})
        messages.success(request, f"{'、'.join(map(str, known))}年的节假日与调休已载入。")
    else:
        messages.error(request, f"{year}年的安排不在已安装的节假日表中。请系统管理员升级 holidays 软件包后再载入。")
    return redirect("beginning")


@require_POST
def beginning_mail(request):
    """Send a letter to oneself, and say how it went."""
    try:
        address = trial_letter.send(actor=request.actor, at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        where = (
            "写成服务器上的文件，没有发出（没有设 EMAIL_URL）"
            if trial_letter.stays_here(settings.EMAIL_BACKEND)
            else "交给邮件服务器"
        )
        messages.success(request, f"发给 {address} 的测试邮件已{where}。请到邮箱查收。")
    return redirect("beginning")
