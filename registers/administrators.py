"""The first system administrator of a new site, who is appointed on the server. Source: R4 (三员)."""

from django.db import transaction
from django.utils import timezone

from registers import audit
from registers.models import Unit, User
from registers.refusals import Refused


@transaction.atomic
def appoint_first(*, number, name, password, institution, at):
    """Make an account that is system administrator of the whole institution, and return it.

    ``institution``: the name of the school, for a site that holds no unit yet. Raises ``Refused``; then nothing is made.
    """
    if User.objects.filter(number=number).exists():
        raise Refused(f"工号 {number} 已有账号，请换一个工号。")
    root = Unit.objects.filter(parent=None).order_by("pk").first()
    if root is None and not institution:
        raise Refused("还没有学校。请先在环境变量或 .env 中填写 INSTITUTION_NAME（校名），再运行本命令。")
    if root is None:
        root = Unit.objects.create(code="root", name=institution, unit_type=Unit.Type.INSTITUTION)
    user = User.objects.create_user(number, password, name=name, unit=root)
    appointed = user.appointments.create(unit=root, role="sys_admin", since=timezone.localdate(at))
    audit.append("organisation.change", about=appointed, at=at, detail={"by": "command", "role": "sys_admin"})
    return user
