"""Making a meeting of a body and its agenda: when and where, who presides, which sheets are on it."""

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from registers import audit
from registers.access import require
from registers.models import User
from registers.refusals import Refused, Stale
from workflows import policies
from workflows.messages import notifications
from workflows.models import Arrival, Campaign, CampaignTask, Meeting, MeetingItem, MeetingSeat, Submission
from workflows.models.submissions import State
from workflows.policies.meetings import body_members

FIELDS = ("number", "held_on", "held_at", "place", "chair_id", "recorder_id")
MOST = 300  # items of an agenda


def bodies_of(campaign):
    """Return code → body of those that decide somewhere under the campaign's scheme."""
    return campaign.scheme.rules.bodies


def waiting_for(campaign, code, *, overseen=False):
    """Return the sheets that wait for the body ``code`` and are on no open agenda.

    Those of a campaign, and changes proposed at any time.
    ``overseen``: instead those that wait for somebody else, but that the body may send back (R1-21).
    """
    at_step, field = Q(pk__in=[]), "overseen_by" if overseen else "body"
    ours = Q(campaign=campaign) | Q(
        campaign__institution=campaign.institution_id, campaign__state=Campaign.State.STANDING
    )
    for task in CampaignTask.objects.filter(ours).select_related("campaign__scheme").defer("campaign__scheme__source"):
        steps = [step.code for step in task.route_rules.steps if getattr(step, field) == code]
        at_step |= Q(task=task, step__in=steps) if steps else Q(pk__in=[])
    taken = MeetingItem.objects.filter(
        meeting__signed_at=None, meeting__cancelled_at=None, submission__isnull=False
    ).values("submission")
    rows = Submission.objects.filter(at_step, state=State.IN_REVIEW).exclude(pk__in=taken)
    return rows.order_by("unit__position", "unit__code", "task__position", "pk")


def next_number(campaign, code):
    """Return the number that a body's next meeting would have: 2026年第3次."""
    return f"{campaign.year}年第{Meeting.objects.filter(campaign=campaign, body=code).count() + 1}次"


@transaction.atomic
def make(campaign, *, body, form, values, actor, at):
    """Prepare a meeting of ``body`` with its members as they are today, and return it.

    ``values``: the fields in ``FIELDS``. Raises ``NotAllowed``, or ``Refused`` where the body cannot meet like this.
    """
    rules = bodies_of(campaign).get(body)
    if rules is None:
        raise Refused("请选择由哪个机构决定。", "body")
    # Whoever closes the campaign counts this meeting, or has closed it.
    campaign.refresh_from_db(fields=["state"], from_queryset=Campaign.objects.select_for_update())
    meeting = Meeting(
        campaign=campaign, body=body, body_label=rules.label, form=form, made_at=at, **_checked(rules, form, values)
    )
    require(actor, "make", meeting)
    members = body_members(policies.Holding(timezone.localdate(at)), campaign, body)
    if len(members) < rules.at_least:
        raise Refused(
            f"{rules.label}的在任成员只有 {len(members)} 人，不足 {rules.at_least} 人，不能开会。请管理员先登记成员的任职。",
            "body",
        )
    if meeting.chair_id not in members:
        raise Refused("主持人须是该机构的成员。", "chair")
    _save(meeting)
    MeetingSeat.objects.bulk_create([MeetingSeat(meeting=meeting, user_id=user) for user in members])
    audit.append("meeting.make", about=meeting, actor=actor, at=at, detail={"body": body, "members": len(members)})
    return meeting


def _checked(rules, form, values):
    if form == Meeting.Form.CIRCULATED and not rules.circulates:
        raise Refused(f"{rules.label}的决定须开会作出，不能传签。", "form")
    if form == Meeting.Form.HELD and not values["place"].strip():
        raise Refused("请填写开会地点。", "place")
    return values


def _save(meeting):
    try:
        with transaction.atomic():
            meeting.save()
    except IntegrityError:
        raise Refused(f"{meeting.body_label}已有编号为“{meeting.number}”的会议，请换一个编号。", "number") from None


@transaction.atomic
def change(meeting_id, *, values, seen_version, actor, at):
    """Change day, place, chair, recorder or number. Who was called already is told.

    Raises ``Stale``, ``NotAllowed`` or ``Refused``.
    """
    meeting = locked(meeting_id, seen_version, actor=actor)
    if not meeting.seats.filter(user=values["chair_id"]).exists():
        raise Refused("主持人须是该机构的成员。", "chair")
    moved = any(getattr(meeting, name) != values[name] for name in ("held_on", "held_at", "place"))
    for name, value in _checked(meeting.rules, meeting.form, values).items():
        setattr(meeting, name, value)
    meeting.version += 1
    _save(meeting)
    audit.append("meeting.change", about=meeting, actor=actor, at=at, detail={"version": meeting.version})
    if moved and meeting.called_at is not None:
        _tell(meeting, "meeting.called", at=at)
    return meeting


@transaction.atomic
def put_on(meeting_id, sheets, *, actor, at):
    """Put sheets that wait for the body on the agenda, and return how many are new.

    ``sheets``: id → version that was seen. Raises ``Stale`` when one of them waits no more, ``NotAllowed`` or ``Refused``; then nothing
    is put on.
    """
    meeting = locked(meeting_id, actor=actor)
    waiting = waiting_for(meeting.campaign, meeting.body) | waiting_for(meeting.campaign, meeting.body, overseen=True)
    there = dict(waiting.filter(pk__in=list(sheets)).values_list("pk", "version"))
    mine = set(meeting.items.filter(submission__in=list(sheets)).values_list("submission_id", flat=True))
    wanted = {pk: version for pk, version in sheets.items() if pk not in mine}
    if any(there.get(pk) != version for pk, version in wanted.items()):
        raise Stale(message="有的表刚刚有了变动，或已列入另一次会议，没有列入议程。请核对后重新选择。")
    if meeting.circulates and (major := _on_major_matters(wanted)):
        raise Refused(f"涉及“三重一大”的事项须开会决定，不能传签：{'、'.join(map(str, major))}。")
    position = meeting.items.count()
    if position + len(wanted) > MOST:
        raise Refused(f"一次会议最多 {MOST} 项议题，请分次安排。")
    order = [pk for pk in waiting.values_list("pk", flat=True) if pk in wanted]
    MeetingItem.objects.bulk_create(
        [
            MeetingItem(meeting=meeting, position=position + place, submission_id=pk, seen_version=wanted[pk])
            for place, pk in enumerate(order, start=1)
        ]
    )
    # Of what it only oversees a body reads what is on its agenda, and no more.
    read = [Arrival(submission_id=pk, role=meeting.rules.role, since=at) for pk in order]
    Arrival.objects.bulk_create(read, ignore_conflicts=True)
    _changed(meeting, actor, at, {"on": order})
    return len(order)


def _on_major_matters(sheets):
    """The sheets that have a line on a major matter (三重一大)."""
    rows = Submission.objects.filter(pk__in=list(sheets)).filter(
        Q(lines__risk_point__major_matter__gt="") | Q(lines__power_item__major_matter__gt="")
    )
    return list(rows.select_related("task", "unit", "person").distinct())


@transaction.atomic
def add_matter(meeting_id, title, *, actor, at):
    """Put a matter on the agenda that is no sheet, and return its item.

    Raises ``NotAllowed`` or ``Refused``.
    """
    meeting = locked(meeting_id, actor=actor)
    if not title.strip():
        raise Refused("请填写议题。", "title")
    item = meeting.items.create(position=meeting.items.count() + 1, title=title.strip())
    _changed(meeting, actor, at, {"matter": item.pk})
    return item


@transaction.atomic
def take_off(meeting_id, item_id, *, actor, at):
    """Take an item off the agenda. Raises ``NotAllowed``, or ``Refused`` once members have voted on it."""
    meeting = locked(meeting_id, actor=actor)
    item = meeting.items.filter(pk=item_id).first()
    if item is None:
        return
    if item.ballots.exists():
        raise Refused("已有成员就该议题表决，不能移出议程。")
    item.delete()
    for place, left in enumerate(meeting.items.all(), start=1):
        if left.position != place:
            left.position = place
            left.save(update_fields=["position"])
    _changed(meeting, actor, at, {"off": item_id})


@transaction.atomic
def call(meeting_id, *, actor, at):
    """Invite the members, with day and place (通知成员).

    Raises ``NotAllowed`` or ``Refused``.
    """
    meeting = locked(meeting_id, actor=actor)
    if not meeting.items.exists():
        raise Refused("议程还是空的，请先列入议题，再发出通知。")
    if meeting.called_at is None:
        meeting.called_at = at
        meeting.version += 1
        meeting.save(update_fields=["called_at", "version"])
        audit.append("meeting.called", about=meeting, actor=actor, at=at, detail={"items": meeting.items.count()})
        _tell(meeting, "meeting.called", at=at)
    return meeting


@transaction.atomic
def cancel(meeting_id, *, reason, actor, at):
    """Call a meeting off, so that its sheets wait for another one.

    Raises ``NotAllowed`` or ``Refused``.
    """
    meeting = locked(meeting_id, actor=actor)
    if not reason.strip():
        raise Refused("请写明取消的原因。", "reason")
    meeting.cancelled_at, meeting.cancel_reason = at, reason.strip()
    meeting.version += 1
    meeting.save(update_fields=["cancelled_at", "cancel_reason", "version"])
    audit.append("meeting.cancelled", about=meeting, actor=actor, at=at)
    if meeting.called_at is not None:
        _tell(meeting, "meeting.cancelled", at=at)
    return meeting


def locked(meeting_id, seen_version=None, *, actor, action="change"):
    """Return the meeting, locked, if the actor may do ``action`` to it.

    Raises ``Stale`` or ``NotAllowed``.
    """
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("campaign__scheme", "campaign__institution")
    meeting = rows.get(pk=meeting_id)
    require(actor, action, meeting)
    if seen_version is not None and meeting.version != seen_version:
        raise Stale(meeting)
    return meeting


def _changed(meeting, actor, at, detail):
    meeting.version += 1
    meeting.save(update_fields=["version"])
    audit.append("meeting.agenda", about=meeting, actor=actor, at=at, detail=detail)


def _tell(meeting, act, *, at):
    """Tell every member, once per version."""
    day, place = meeting.held_on, f"，{meeting.place}" if meeting.place else ""
    when = (
        f"{day.year}年{day.month}月{day.day}日{meeting.held_at:%H:%M}"
        if meeting.held_at
        else f"{day.year}年{day.month}月{day.day}日"
    )
    words = {
        "meeting.called": f"请于{when}前就{meeting}的议题表决。"
        if meeting.circulates
        else f"请参加{meeting}：{when}{place}。",
        "meeting.cancelled": f"{meeting}（{when}）已取消：{meeting.cancel_reason}。",
    }[act]
    members = User.objects.filter(pk__in=meeting.seats.values("user"), is_active=True)
    messages = [(user.pk, f"{act}:{meeting.pk}:{meeting.version}", words, None) for user in members]
    notifications.post_each(messages, kind=act, at=at)
