"""Pages of channel settings, and of the robots of units' chat groups."""

from django.contrib import messages
from django.db.models import Max
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import clock
from registers.access import require
from registers.models import Unit
from registers.refusals import Refused
from workflows.forms.channels import ChannelForm, RobotForm
from workflows.messages import notifications, robots
from workflows.models import ChannelChoice, Robot, RobotMessage
from workflows.policies.robots import KEEPERS


@require_http_methods(["GET", "HEAD", "POST"])
def channel_choice(request):
    """The reader's channel settings. Context: ``form``, the options of its fields, ``has_address``."""
    mine = ChannelChoice.objects.visible_to(request.actor).first() or ChannelChoice(user=request.user)
    form = ChannelForm(request.POST or None, instance=mine)
    if request.method == "POST" and form.is_valid():
        notifications.choose(request.user, actor=request.actor, at=clock.now(), **form.cleaned_data)
        messages.success(request, "消息设置已保存。")
        return redirect("channel_choice")
    return render(
        request,
        "workflows/channel_choice.html",
        {
            "form": form,
            "mail_options": MAIL_OPTIONS,
            "robot_options": [("on", "群机器人可以提及我的姓名", "不勾选时我只计入人数，不出现姓名。")],
            "robot_value": ["on"] if form["robot"].value() else [],
            "has_address": bool(request.user.email),
        },
        status=422 if request.method == "POST" else 200,
    )


MAIL_OPTIONS = [
    (
        "daily",
        "每天一封",
        "工作日早上一封，汇总当天的提醒和前一天以来的新消息；退回给我、转办给我、催办等急件随时发送。",
    ),
    ("each", "逐条发送", "每条消息单独发一封邮件。"),
    ("off", "不发邮件", "只在站内收件箱查看。"),
]


@require_safe
def robot_list(request):
    """The robots of the units that the reader looks after.

    Context: ``rows`` as (robot, its last message), ``form``, ``units``, ``kinds``, ``hosts``.
    """
    require(request.actor, "keep", Robot)
    units = _units(request)
    offered = list(units.values_list("pk", "name"))
    only = offered[0][0] if len(offered) == 1 else None
    return _page(request, RobotForm(units=units, initial={"unit": only}), offered)


@require_POST
def robot_add(request):
    """Put a robot into service."""
    require(request.actor, "keep", Robot)
    units = _units(request)
    form = RobotForm(request.POST, units=units)
    if form.is_valid():
        try:
            robot = robots.add(actor=request.actor, at=clock.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error("url", str(refused))
        else:
            messages.success(request, f"已添加{robot}，可点“测试”确认群里能收到。")
            return redirect("robot_list")
    return _page(request, form, list(units.values_list("pk", "name")), status=422)


@require_POST
def robot_test(request, pk):
    """Send a test message to the group."""
    robot = get_object_or_404(Robot.objects.visible_to(request.actor), pk=pk)
    try:
        message = robots.try_out(robot, actor=request.actor, at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        if message.sent_at:
            messages.success(request, f"测试消息已发到{robot}，请在群里查看。")
        else:
            messages.error(
                request, f"测试消息没有发出：{message.error}。请核对 Webhook 地址和加签密钥，或停用后重新添加。"
            )
    return redirect("robot_list")


@require_POST
def robot_stop(request, pk):
    """Take a robot out of service."""
    robot = get_object_or_404(Robot.objects.visible_to(request.actor), pk=pk)
    robots.stop(robot, actor=request.actor, at=clock.now())
    messages.success(request, f"已停用{robot}，其地址和密钥已删除。")
    return redirect("robot_list")


def _units(request):
    actor = request.actor
    return Unit.objects.visible_to(actor).existing(actor.on).filter(pk__within=actor.unit_ids(*KEEPERS))


def _page(request, form, offered, status=200):
    rows = list(
        Robot.objects.visible_to(request.actor)
        .filter(is_active=True)
        .select_related("unit", "made_by")
        .order_by("unit__position", "unit__code", "pk")
    )
    newest = RobotMessage.objects.filter(robot__in=rows).order_by().values("robot").annotate(newest=Max("pk"))
    last = RobotMessage.objects.filter(pk__in=newest.values("newest")).defer("text")
    last = {message.robot_id: message for message in last}
    context = {
        "form": form,
        "rows": [(robot, last.get(robot.pk)) for robot in rows],
        "units": offered,
        "kinds": Robot.Kind.choices,
        "hosts": robots.hosts(),
    }
    return render(request, "workflows/robot_list.html", context, status=status)
