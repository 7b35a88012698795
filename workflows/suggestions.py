"""Suggestions to a post holder or a unit: make, withdraw, take over into a draft, decline.

The filler of the submission answers. A suggestion that is taken over becomes an entry of the draft and counts as
adopted once the submission is handed in with it. One that is not taken over needs a reason. Source: R1-16, R1-52.
"""

from functools import cache

from django.db import transaction

from registers import audit
from registers.access import require
from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from registers.models import User
from registers.prepared import Given, Prepared
from registers.refusals import Refused
from registers.schemes.language import Brings
from registers.text import digest_of_text
from workflows import policies
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import Suggestion

LONGEST_ANSWER = 500  # characters
DAILY = 20  # suggestions a person may make in one day
SELF, PEERS, LEADER, ORGANISATION = "self", "peers", "leader", "organisation"


def source_of(actor, unit_id):
    """In which part the actor speaks to a unit: LEADER, ORGANISATION or PEERS."""
    if unit_id in actor.unit_ids("unit_head", "leader_in_charge"):
        return LEADER
    return ORGANISATION if unit_id in actor.unit_ids(GROUP_MEMBER, *SCHOOL_ROLES) else PEERS


def sources_for(rules, source):
    """The ways of finding of a scheme that a suggestion may name.

    The one that fits ``source`` where the scheme has it, else all except the filler's own search.
    """
    fitting = [item for item in rules.finding_sources if item.code == source]
    return fitting or [item for item in rules.finding_sources if item.code != SELF]


@transaction.atomic
def suggest(campaign, *, unit, post=None, actor, at, content, manifestation="", category="", source=""):
    """Suggest a risk point to a post's holder, or to a unit (``post`` None), and return the suggestion.

    ``source`` counts only where the scheme has none that fits the actor's part. Raises ``Refused``.
    """
    # The lock makes suggestions of one author take turns, so that the daily limit holds.
    User.objects.select_for_update().get(pk=actor.user_id)
    rules, speaks = campaign.scheme.rules, source_of(actor, unit.pk)
    if campaign.state != "open":
        raise Refused("年度活动已经结束，不能再提建议。")
    if post is not None and post.pk in actor.post_ids:
        raise Refused("这是您本人的岗位，请直接在自查表中填写。")
    allowed = [item.code for item in sources_for(rules, speaks)]
    source = allowed[0] if len(allowed) == 1 else source
    if allowed and source not in allowed:
        raise Refused("请选择查找方式。")
    start = days.due_moment(days.add_days(days.local(at).date(), -1))
    if Suggestion.objects.filter(author=actor.user_id, at__gte=start).count() >= DAILY:
        raise Refused(f"每人每天最多提 {DAILY} 条建议，您今天已达上限，请明天再提。")
    digest = _digest(content)
    mine = Suggestion.objects.filter(campaign=campaign, author=actor.user_id, digest=digest, withdrawn_at=None)
    if mine.filter(post=post, unit=unit).exists():
        raise Refused("您已对该岗位（单位）提过同样内容的建议，不必重复。")
    suggestion = Suggestion.objects.create(
        campaign=campaign,
        unit=unit,
        post=post,
        author_id=actor.user_id,
        source=source,
        peer=speaks == PEERS,
        category=category,
        content=content.strip(),
        manifestation=manifestation.strip(),
        digest=digest,
        at=at,
    )
    _tell_addressees(suggestion, at=at)
    audit.append("suggestion.make", about=suggestion, actor=actor, at=at, detail={"digest": digest})
    return suggestion


def _digest(text):
    return digest_of_text("".join(text.split()))


def _tell_addressees(suggestion, *, at):
    """Send the filler a message that there is a suggestion, without its text."""
    on = days.local(at).date()
    if suggestion.post_id:
        people = User.objects.filter(incumbencies__in=suggestion.post.incumbencies.in_force(on), is_active=True)
        text = f"有人就您的岗位“{suggestion.post}”提出了风险点建议，请在填报自查表时查看并答复。"
    else:
        people = policies.Holding(on).filling(suggestion.unit_id).people
        people = User.objects.filter(pk__in=people)
        text = f"有人就“{suggestion.unit}”提出了单位风险点建议，请在填报单位表时查看并答复。"
    notifications.post(
        people, kind="suggestion.make", key=f"suggestion:{suggestion.pk}", text=text, submission=None, at=at
    )


@transaction.atomic
def withdraw(suggestion_id, *, actor, at):
    """Withdraw the actor's own suggestion while it is unanswered. Raises ``NotAllowed``."""
    suggestion = _locked(suggestion_id)
    require(actor, "withdraw", suggestion)
    suggestion.withdrawn_at = at
    suggestion.save(update_fields=["withdrawn_at"])
    audit.append("suggestion.withdraw", about=suggestion, actor=actor, at=at)


def _locked(suggestion_id):
    return (
        Suggestion.objects.select_for_update(of=("self",))
        .select_related("unit", "post", "author")
        .get(pk=suggestion_id)
    )


def for_submission(submission):
    """The suggestions for the filler of ``submission``: to its post, or to its unit.

    None where the task adds no risk points.
    """
    if not _may_have_any(submission):
        return Suggestion.objects.none()
    return _made_to(campaign=submission.task.campaign_id, unit=submission.unit_id, post=submission.post_id)


def _may_have_any(submission):
    alike = (submission.post_id is None) == (submission.person_id is None)
    return alike and submission.task.brings == Brings.POINTS


def _made_to(**whom):
    return Suggestion.objects.filter(withdrawn_at=None, **whom)


@transaction.atomic
def take_over(suggestion_id, submission, sheet, *, actor, category=""):
    """Begin an entry of ``submission`` with a suggestion, and return the entry for its draft.

    ``category``: where the entry goes when the suggestion names none. Raises ``NotAllowed`` or ``Refused``.
    """
    suggestion = _answerable(suggestion_id, submission, actor)
    categories = {category.code for category in sheet.categories}
    code = suggestion.category if suggestion.category in categories else category
    if category and category not in categories:
        raise Refused("所选的风险类别不在本表之内，请重新选择。")
    if code not in categories:
        raise Refused("建议没有写明风险类别，请先选择写入哪一类。")
    values = {"category": code, "content": suggestion.content, "manifestation": suggestion.manifestation}
    if suggestion.source:
        values["finding_source"] = suggestion.source
    entry = sheet.new_entry(values)
    suggestion.entry = entry["key"]
    suggestion.save(update_fields=["entry"])
    return entry


@transaction.atomic
def decline(suggestion_id, submission, *, actor, at, answer):
    """Decline a suggestion with a reason. Raises ``NotAllowed``, or ``Refused`` without a reason."""
    suggestion = _answerable(suggestion_id, submission, actor)
    if not answer.strip():
        raise Refused("不采纳须写明理由，理由将送达建议人。")
    if len(answer.strip()) > LONGEST_ANSWER:
        raise Refused(f"不采纳的理由最多 {LONGEST_ANSWER} 字，现有 {len(answer.strip())} 字，请删减。")
    _answer(suggestion, Suggestion.Outcome.DECLINED, actor=actor, at=at, answer=answer.strip())


def _answerable(suggestion_id, submission, actor):
    require(actor, "fill", submission)
    suggestion = _locked(suggestion_id)
    if not for_submission(submission).filter(pk=suggestion.pk).exists() or not suggestion.is_open:
        raise Refused("该建议已撤回或已有答复，请刷新页面。")
    return suggestion


def _answer(suggestion, outcome, *, actor, at, answer=""):
    suggestion.outcome, suggestion.answer = outcome, answer
    suggestion.answered_at, suggestion.answered_by_id = at, actor.user_id
    suggestion.save(update_fields=["outcome", "answer", "answered_at", "answered_by"])
    audit.append("suggestion.answer", about=suggestion, actor=actor, at=at, detail={"outcome": outcome.value})
    notifications.post(
        [suggestion.author],
        kind="suggestion.answer",
        key=f"suggestion-answer:{suggestion.pk}:{at:%Y%m%d%H%M%S}",
        text=f"您对“{suggestion.place}”的建议{suggestion.get_outcome_display()}，可在“提建议”中查看。",
        submission=None,
        at=at,
    )


def mark_adopted(submission, content, *, actor, at):
    """Mark suggestions as adopted when a submission is handed in with them.

    Those that its entries took over are adopted; those whose entry was removed again are open as before.
    """
    if not _may_have_any(submission):
        return
    whom = {"campaign": submission.task.campaign_id, "unit": submission.unit_id}
    whom |= {"post": submission.post_id} if submission.post_id else {}
    keys = {entry["key"] for entry in content["entries"]}
    for suggestion in _taken(*whom).of(**whom):
        if str(suggestion.entry) in keys:
            if not suggestion.outcome:
                _answer(suggestion, Suggestion.Outcome.ADOPTED, actor=actor, at=at)
            continue
        suggestion.entry, suggestion.outcome = None, Suggestion.Outcome.OPEN
        suggestion.answered_at = suggestion.answered_by = None
        suggestion.save(update_fields=["entry", "outcome", "answered_at", "answered_by"])


@cache
def _taken(*named):
    """Suggestions to a post or a unit that an entry took over, locked. ``named``: what is said of them."""
    rows = _made_to(**{"post": None} | {name: Given(name) for name in named}).filter(entry__isnull=False)
    rows = rows.exclude(outcome=Suggestion.Outcome.DECLINED).select_related("unit", "post", "author")
    return Prepared(rows.select_for_update(of=("self",)))


def log_rows(*, units, on, rules, reader=None):
    """The suggestions of the year to ``units`` and their answers as rows of the search log.

    Only what ``reader`` may read. A colleague is not named. Source: R1-52.
    """
    readable = Suggestion.objects.visible_to(reader) if reader else Suggestion.objects.all()
    suggestions = readable.filter(unit__in=units, campaign__year=on.year, at__date__lte=on, withdrawn_at=None)
    rows = []
    for row in suggestions.select_related("unit", "post", "author", "answered_by"):
        way = rules.label_of("finding_sources", row.source) if row.source else "建议"
        common = {"unit": row.unit.name, "task": way, "place": row.post.name if row.post_id else row.unit.name}
        who = "群众" if row.peer else row.author.name
        rows.append(common | {"at": _minute(row.at), "step": "提出建议", "person": who, "text": row.content})
        if row.outcome and days.local(row.answered_at).date() <= on:
            text = "：".join(part for part in (row.get_outcome_display(), row.answer) if part)
            answered = {
                "at": _minute(row.answered_at),
                "step": "答复建议",
                "person": row.answered_by.name,
                "text": text,
            }
            rows.append(common | answered)
    return rows


def _minute(moment):
    return f"{days.local(moment):%Y-%m-%d %H:%M}"
