"""Inbox rows and mail.

A row is written in the transaction of the act, exactly once. Mail follows the recipient's channel settings and is sent
afterwards.
"""

from functools import cache

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from registers import audit, clock, leases
from registers.access import people_who_may
from registers.actors import Actor
from registers.audit import ACTS
from registers.inserting import insert_few
from registers.prepared import Given, Prepared
from workflows.deadlines import days
from workflows.messages import digests, failures
from workflows.models import ChannelChoice, Notification, Submission
from workflows.models.notifications import DIGEST, NEWS, QUIET_FROM, QUIET_UNTIL
from workflows.policies import MEETING

BATCH = 1000
WAITING = "“{task}”（{unit}）等待您办理：{step}。"
DAILY = (DIGEST, NEWS)
AUDIENCES = {"filler": "fill", "next": "decide"}  # audience of an act → the action that its people may do
CLAIM_SECONDS = 300  # a claim older than this belonged to a worker that died


def tell(act, submission, *, key, at):
    """Write the inbox rows of an act on a submission, in the act's transaction.

    ``ACTS`` says who gets them (``AUDIENCES``). ``key`` is unique per recipient, so running it again adds nothing.
    """
    if audience := ACTS[act].audience:
        people = people_who_may(AUDIENCES[audience], submission)
        post(people, kind=act, key=key, text=sentence(act, submission), submission=submission, at=at)


def post(people, *, kind, key, text, submission, at):
    """Write one inbox row per person. A row with the same recipient and key is not written twice."""
    post_each([(person.pk, key, text, submission) for person in people], kind=kind, at=at)


def post_each(messages, *, kind, at):
    """Do as ``post`` for many texts: ``messages`` are (person's id, key, text, submission or None).

    Raises ``KeyError`` for a kind that is no declared act, because an act declares its label and urgency.
    """
    if kind not in DAILY:
        ACTS[kind]
    rows = [
        {"recipient_id": person, "key": key, "text": text, "submission_id": submission.pk if submission else None}
        for person, key, text, submission in messages
    ]
    insert_few(Notification, rows, unless_there=True, kind=kind, created_at=at)


def sentence(act, submission):
    """The text that the recipient reads: which paper, whose, what to do. Never what was filled in."""
    paper, day = submission.task.label, submission.due_on
    words = {
        "submission.opened": f"请填报“{paper}”，截止 {day} 24:00。"
        if day
        else f"“{paper}”已开放，没有截止日期，请及时填报。",
        "submission.return": f"您的“{paper}”被退回，请按意见修改，限 {day} 前重新提交。",
        "submission.part": f"“{paper}”（{submission.unit}）中有个人表被退回，重新提交后从原环节继续审核。",
        "submission.filed": f"您的“{paper}”已办结备案。",
        "submission.copied": f"“{paper}”（{submission.unit}）已抄送备查，无须办理。",
    }
    if submission.waiting_role == MEETING and act not in words:
        return f"“{paper}”（{submission.unit}）待会议审议：{submission.step_rules.label}，请列入议程。"
    return words.get(
        act,
        WAITING.format(
            task=paper, unit=submission.unit, step=submission.step_rules.label if submission.step_rules else ""
        ),
    )


@transaction.atomic
def choose(user, *, actor, at, **chosen):
    """Save the channel settings of ``user``, given as fields of ``ChannelChoice``."""
    ChannelChoice.objects.update_or_create(user=user, defaults=chosen)
    detail = {"mail": chosen["mail"], "robot": chosen["robot"]}
    audit.append("channel.choose", about=user, actor=actor, at=at, detail=detail)


def unsent():
    """Messages whose mail has not gone out and has not been given up."""
    return Notification.objects.filter(mailed_at=None, mail_attempts__lt=failures.ATTEMPTS)


def unclaimed():
    """Unsent messages that no worker is sending now and whose next try is due."""
    return _free(**_moments())


def _moments():
    """Return name → moment, for ``_free``: now, between which two a claim still holds, and when the longest wait ends."""
    now, claim, longest = timezone.now(), clock.seconds(CLAIM_SECONDS), clock.seconds(60 * max(failures.WAITS))
    return {"now": now, "first": now - claim, "last": now + claim, "latest": now + longest}


def _free(now, first, last, latest):
    # A next try further ahead than any wait was written before the machine's clock was set back.
    due = Q(mail_next_at=None) | Q(mail_next_at__lte=now) | Q(mail_next_at__gt=latest)
    return unsent().filter(leases.free_outside("mail_claimed_at", first, last), due)


def urgent_kinds():
    """Kinds of message that are mailed at once, even to people who want one mail a day."""
    return [kind for kind, act in ACTS.items() if act.urgent]


def owed():
    """Unclaimed messages whose mail goes out now, by the settings of their recipients.

    The recipient has an address and an active account. By default he gets the digest and what is urgent; by his own
    choice everything or nothing; never anything in his quiet hours.
    """
    hour, choice = days.local(clock.now()).time(), "recipient__channel_choice"
    at_once = Q(kind__in=[*DAILY, *urgent_kinds()])
    chosen = Q(**{f"{choice}__mail": "each"}) | Q(**{f"{choice}__mail": "daily"}) & at_once
    chosen &= ~Q(recipient__in=ChannelChoice.objects.quiet_at(hour).values("user"))
    if not quiet_by_default(hour):
        chosen |= Q(**{f"{choice}__isnull": True}) & at_once
    return unclaimed().filter(chosen, recipient__is_active=True).exclude(recipient__email="")


def quiet_by_default(hour):
    """Whether the time of day ``hour`` is in the quiet hours of people who have chosen none."""
    return hour >= QUIET_FROM or hour < QUIET_UNTIL


def owed_by_digest():
    """Count the messages that each recipient's daily mail has to bring: recipient's id → number.

    Only people who want a daily mail, and none for whom such a mail is still waiting to go out.
    """
    return dict(_counted_for_a_digest().of(urgent=urgent_kinds(), **_moments()))


@cache
def _counted_for_a_digest():
    free = _free(*map(Given, ("now", "first", "last", "latest")))
    waiting = _for_a_digest(free, Given("urgent")).filter(recipient__is_active=True).exclude(recipient__email="")
    waiting = waiting.exclude(Exists(unsent().filter(recipient=OuterRef("recipient"), kind__in=DAILY)))
    daily = Q(recipient__channel_choice=None) | Q(recipient__channel_choice__mail="daily")
    counted = waiting.filter(daily).order_by("recipient").values_list("recipient").annotate(Count("pk"))
    return Prepared(counted)


def _for_a_digest(messages, urgent):
    return messages.exclude(kind__in=DAILY).exclude(kind__within=urgent)


def deliver(limit=500):
    """Send owed mails, oldest first, and return how many went out. Safe to run in several workers at once.

    A message is claimed by a conditional update before it is sent, so two workers never send the same one. A worker
    that dies between sending and marking may cause one repeat (mail is at-least-once, the inbox exactly once). The
    text is made now: work that was done meanwhile is left out, and a mail with nothing left to say is dropped. What
    cannot be sent is tried again later and later (``failures.WAITS``).
    """
    sent = 0
    drop_unwanted()
    for pk in list(owed().order_by("pk").values_list("pk", flat=True)[:limit]):
        claimed = claim(pk)
        if not claimed:
            continue
        message, *others = _of_mail(claimed)
        body = _body(message, others)
        if body is None:
            Notification.objects.filter(pk__in=claimed).update(mailed_at=clock.now(), mail_dropped=True)
            continue
        try:
            send_mail(_subject(message), body, None, [message.recipient.email])
        except (OSError, ValueError) as failure:  # ValueError: an address no mail server would take
            failures.note(message, claimed, failure, at=timezone.now())
            if failures.concerns_all(failure):
                break  # the others would only wait for the same silent server, mail by mail
            continue
        Notification.objects.filter(pk__in=claimed).update(mailed_at=clock.now(), mail_error="")
        sent += 1
    return sent


def drop_unwanted():
    """Settle the messages of people who want no mail. Who changes his mind gets mail of what comes after."""
    unwilling = ChannelChoice.objects.filter(mail="off").values("user")
    unclaimed().filter(recipient__in=unwilling).update(mailed_at=clock.now(), mail_dropped=True)


def claim(pk):
    """Claim a message before sending it and return the keys claimed, none if another worker has it.

    A digest claims the recipient's other unsent messages as well: they go out in the same mail.
    """
    with transaction.atomic():
        now = timezone.now()
        if not leases.take(unclaimed().filter(pk=pk), "mail_claimed_at", tries="mail_attempts", at=now):
            return []
        message = Notification.objects.select_related("recipient__channel_choice").get(pk=pk)
        choice = getattr(message.recipient, "channel_choice", None)
        if message.kind not in DAILY or (choice is not None and choice.mail != "daily"):
            return [pk]
        others = _for_a_digest(unclaimed(), urgent_kinds()).filter(recipient=message.recipient_id).select_for_update()
        keys = list(others.order_by("pk").values_list("pk", flat=True))
        # They only travel with it: their own tries are not used up by its failures.
        Notification.objects.filter(pk__in=keys).update(mail_claimed_at=now)
        return [pk, *keys]


def _of_mail(keys):
    """The claimed messages, in the order of ``keys``: the first is the one to send."""
    related = ("recipient", "submission__unit", "submission__post", "submission__person")
    rows = Notification.objects.select_related(*related).in_bulk(keys)
    return [rows[key] for key in keys]


def _subject(message):
    daily = {DIGEST: "今日提醒", NEWS: "新消息"}
    label = ACTS[message.kind].label if message.kind in ACTS else daily.get(message.kind, "提醒")
    return f"【廉政风险防控】{label}"


def _body(message, others):
    """The text of a mail, None when nothing is left to say.

    It holds names of papers and people, never what was filled in.
    """
    actor = Actor(message.recipient, on=clock.today())
    asking = {row.pk: row.submission_id for row in (message, *others) if row.submission_id and _asks(row)}
    asked = digests.waiting_for(actor, Submission.objects.filter(pk__in=asking.values())) if asking else set()
    news = [row for row in (message, *others) if row.pk not in asking or row.submission_id in asked]
    if message.kind not in DAILY:
        said = f"{message.text}\n{_whose(message)}" if message in news else ""
    else:
        lines = digests.letter(message, actor)
        fresh = [row for row in news if row.kind not in DAILY and row.read_at is None]
        if fresh:
            lines += [*([""] if lines else []), "新消息："]
            lines += [f"- {row.text}{f'（{row.submission.subject}）' if row.submission_id else ''}" for row in fresh]
        said = "".join(f"{line}\n" for line in lines)
    return f"{message.recipient.name}：\n\n{said}\n请登录系统办理：{settings.SITE_URL}/\n" if said else None


def _asks(message):
    """Whether the message asks for work on its submission."""
    return message.kind in ACTS and ACTS[message.kind].asks


def _whose(message):
    """The subject of the message's submission. The inbox shows it beside the message, a mail has to say it."""
    return f"填报对象：{message.submission.subject}\n" if message.submission_id else ""
