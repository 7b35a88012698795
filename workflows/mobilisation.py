"""How far each unit has got ready: group, liaison, work plan, meetings, documents read.

Source: R1-50, R1-51, R3-08, R3-09.
"""

from dataclasses import dataclass

from django.db.models import Count, Max, Q

from registers.models import Appointment, GroupMember, LeadingGroup
from registers.schemes.language import Brings
from workflows import activities
from workflows.models import Activity, ReadReceipt, Submission
from workflows.models.submissions import State

NOT_OWED = "not_owed"  # the rule book asks the unit for no group list


@dataclass
class Readiness:
    """How far one unit has got ready.

    ``sheet``: id of this year's submission of its group list, ``group_state``: its state. ``plan``: there is a work
    plan. ``files``: number of files with the list. ``gaps``: what is missing, in words, the most important first.
    """

    unit: object
    group_state: str = NOT_OWED
    sheet: int | None = None
    members: int = 0
    liaisons: str = ""
    plan: bool = False
    files: int = 0
    meetings: int = 0
    last_meeting: object = None
    educations: int = 0
    asked: int = 0
    read: int = 0
    gaps: tuple = ()

    @property
    def read_share(self):
        """How much of what its people have to read has been read, in whole percent, None if there is nothing."""
        return self.read * 100 // self.asked if self.asked else None


def overview(campaign, units, *, on):
    """List a ``Readiness`` for each of ``units``, those with the most gaps first.

    The number of queries does not depend on the number of units.
    """
    rules = campaign.scheme.rules
    rows = {unit.pk: Readiness(unit) for unit in units}
    asks_group = any(task.brings is Brings.GROUP for task in rules.tasks)
    if asks_group:
        _groups(rows, campaign, on)
    _liaisons(rows, rules, on)
    _meetings(rows, campaign)
    _readings(rows, campaign)
    for row in rows.values():
        row.gaps = tuple(_gaps(row, rules, asks_group))
    return sorted(rows.values(), key=lambda row: (-len(row.gaps), row.unit.position, row.unit.code))


def _groups(rows, campaign, on):
    """Read whose list is filed this year, how many members are in force, and whether there is a work plan."""
    submissions = Submission.objects.filter(task__campaign=campaign, task__brings=Brings.GROUP, unit__in=rows)
    owed = submissions.exclude(state=State.CANCELLED).annotate(files=Count("attachments")).order_by("sequence")
    for pk, unit, state, files in owed.values_list("pk", "unit_id", "state", "files"):
        rows[unit].sheet, rows[unit].group_state, rows[unit].files = pk, state, files
    groups = LeadingGroup.objects.in_force(on).filter(unit__within=list(rows)).annotate(count=Count("members"))
    for unit, count, plan in groups.values_list("unit_id", "count", "work_plan"):
        rows[unit].members, rows[unit].plan = count, bool(plan)


def _liaisons(rows, rules, on):
    """Read who keeps in touch with the office.

    The contact named on the group list where the rule book asks for one, else the liaison.
    """
    group = rules.groups.get("unit")
    if group is not None and group.contact:
        seats = GroupMember.objects.filter(group__in=LeadingGroup.objects.in_force(on), is_contact=True)
        named_people = seats.filter(group__unit__within=list(rows)).values_list("group__unit_id", "user__name")
    else:
        held = Appointment.objects.in_force(on).filter(unit__within=list(rows), role="liaison")
        named_people = held.order_by("pk").values_list("unit_id", "user__name")
    names = {}
    for unit, name in named_people:
        names.setdefault(unit, []).append(name)
    for unit, named in names.items():
        rows[unit].liaisons = "、".join(named)


def _meetings(rows, campaign):
    kinds = campaign.scheme.rules.activities
    mobilising = Q(kind__in=[kind.code for kind in kinds if kind.purpose == "mobilisation"])
    held = (
        activities.valid(Activity.objects.filter(campaign=campaign, unit__within=list(rows))).order_by().values("unit")
    )
    counts = {
        "meetings": Count("pk", filter=mobilising),
        "last": Max("held_on", filter=mobilising),
        "educations": Count("pk", filter=~mobilising),
    }
    for row in held.annotate(**counts):
        readiness = rows[row["unit"]]
        readiness.meetings, readiness.last_meeting, readiness.educations = (
            row["meetings"],
            row["last"],
            row["educations"],
        )


def _readings(rows, campaign):
    receipts = ReadReceipt.objects.filter(
        document__campaign=campaign, document__withdrawn_at=None, user__is_active=True, user__unit__within=list(rows)
    )
    counts = {"asked": Count("pk"), "read": Count("pk", filter=Q(read_at__isnull=False))}
    for row in receipts.order_by().values("user__unit").annotate(**counts):
        rows[row["user__unit"]].asked, rows[row["user__unit"]].read = row["asked"], row["read"]


def _gaps(row, rules, asks_group):
    if asks_group:
        group = rules.groups.get("unit")
        least, asks_plan = (group.min_members, group.work_plan) if group else (1, False)
        if row.group_state != State.FILED:
            yield "领导小组未备案"
        elif row.members < least:
            yield f"领导小组不足{least}人"
        if asks_plan and row.group_state == State.FILED and not row.plan and not row.files:
            yield "没有工作计划"
    if not row.liaisons:
        yield "没有联络员"
    if any(kind.purpose == "mobilisation" for kind in rules.activities) and not row.meetings:
        yield "没有动员会记录"
    if row.asked and row.read < row.asked:
        yield f"{row.asked - row.read}人次未阅"
