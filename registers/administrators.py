"""The first system administrator of a new site, who is appointed on the server. Source: R4 (三员)."""

from django.db import transaction
from django.utils import timezone

from registers import audit
from registers.models import Appointment, Unit, User
from registers.refusals import Refused
from registers.sorting import sort_key


def holders(*roles, on):
    """Return role → the people in use who hold it on the day ``on``, for any unit and in their own right."""
    held = Appointment.objects.in_force(on).in_own_right().filter(role__in=roles, user__is_active=True)
    found = {role: {} for role in roles}
    for row in held.select_related("user").order_by("since", "pk"):
        found[row.role][row.user_id] = row.user
    return {role: list(people.values()) for role, people in found.items()}


def nobody_yet():
    """Return whether the site has no account at all, so that nobody can sign in."""
    return not User.objects.exists()


@transaction.atomic
def appoint_first(*, number, name, password, institution, at, email="", until=None):
    """Make an account that is system administrator of the whole institution, and return it.

    ``until``: the last day of a one-time password, whose holder chooses his own first; None for a password that stays.

    Everybody else is appointed on the pages. So this is refused while somebody in use holds the role, and allowed again when nobody
    does. ``institution``: the name of the school, for a site that holds no unit yet. Raises ``Refused``; then nothing is made.
    """
    if present := holders("sys_admin", on=timezone.localdate(at))["sys_admin"]:
        present = present[0]
        raise Refused(
            f"本站已有系统管理员 {present}（{present.number}），不能再这样设立；其他人由其登录后任命。"
            f"忘记密码的，请运行 manage.py changepassword {present.number}。"
        )
    if User.objects.filter(number=number).exists():
        raise Refused(f"工号 {number} 已有账号，请换一个工号。")
    root = Unit.objects.filter(parent=None).order_by("pk").first()
    if root is None and not institution:
        raise Refused("还没有学校。请先在环境变量或 .env 中填写 INSTITUTION_NAME（校名），再运行本命令。")
    if root is None:
        root = Unit.objects.create(code="root", name=institution, unit_type=Unit.Type.INSTITUTION)
    user = User.objects.create_user(
        number, password, name=name, sort_key=sort_key(name), unit=root, email=email, slip_until=until
    )
    appointed = user.appointments.create(unit=root, role="sys_admin", since=timezone.localdate(at))
    audit.append("organisation.change", about=appointed, at=at, detail={"by": "command", "role": "sys_admin"})
    return user
