"""What comes in by the public door: objections and clues of people who are not signed in.

Of whoever sends something nothing is kept that he has not written: no account, no address, no device, and no hour. A row, its
message and its entry in the audit chain carry the beginning of the day. Source: R2-16.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from registers import audit
from registers.access import require
from registers.refusals import Refused
from workflows import attachments
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import Addition, Clue, Objection, Objector
from workflows.policies.door import clue_readers, the_door, visitor
from workflows.publicity import objections, pictures, receipts

ACCEPT, SUGGESTION_ONLY, REFUSE = "accept", "suggestion_only", "refuse"
CAME = "“{title}”收到公开窗口的异议，请处理。"
ADDED = "“{title}”的一件异议有补充，请查看。"
CLUE_CAME = "收到线索一件，请写明事由后查阅。"
CLUE_ADDED = "一件线索有补充，请写明事由后查阅。"
ONLY_SUGGESTIONS = "这类公示的匿名意见只作为建议收取，不作答复：请把类别改为“建议”，或填写姓名和联系方式。"
NAMES_ONLY = "这类公示的异议须填写姓名和联系方式；不便具名的，可以走线索渠道，线索一律接受匿名。"
BOTH = "姓名和联系方式请都填写；匿名的都不填。"
NOT_HERE = "这类线索本系统不接收、不保存，请直接向上级纪检监察机关反映。"
MOST_ADDITIONS = 20


@dataclass(frozen=True)
class Said:
    """What a visitor has written: the text, and a name with a way to reach him, or neither."""

    text: str
    name: str = ""
    contact: str = ""

    @property
    def anonymous(self):
        """Whether it came without a name."""
        return not self.name


def anonymity(task, door):
    """Return whether a ``task`` takes anonymous objections to its notices: its own rule, else the door's."""
    return (task.publicity.anonymous if task.publicity is not None else None) or door.anonymous


def taken_from(at):
    """Return the moment that is written down for what came at ``at``: the beginning of its day."""
    return days.start_of(timezone.localdate(at))


def object_publicly(notice, said, *, code, at, row=0, category=Objection.Category.OTHER, uploads=()):
    """Record an objection by somebody who is not signed in, and return it.

    The same ``code`` is recorded once. Raises ``Refused``, also where anonymous ones are not taken, and ``NotAllowed`` when
    the notice has just ended.
    """
    files = pictures.nameless(uploads) if said.anonymous else uploads
    return _object(notice, said, code=code, at=at, row=row, category=category, files=files)


@transaction.atomic
@audit.at_the_end()
def _object(notice, said, *, code, at, row, category, files):
    digest, actor, day = receipts.digest_of(code), visitor(timezone.localdate(at)), taken_from(at)
    notice, sheet, person = objections.locked_for(notice, row)
    if (known := Objection.objects.filter(code_digest=digest).first()) is not None:
        return known
    require(actor, "object", notice)
    _require_named(said, category, anonymity(notice.task.rules, the_door()))
    objection = Objection.objects.create(
        notice=notice, submission=sheet, row=row, category=category, text=said.text, at=day, code_digest=digest
    )
    if not said.anonymous:
        Objector.objects.create(objection=objection, name=said.name, contact=said.contact)
    attachments.take(objection, files, actor=actor, at=day)
    objections.tell_office(objection, CAME, person=person, kind="notice.object", on=actor.on, at=day)
    audit.append("notice.object", about=objection, at=day, detail={"door": True, "named": not said.anonymous})
    return objection


def _require_named(said, category, rule):
    if bool(said.name) != bool(said.contact):
        raise Refused(BOTH, "contact" if said.name else "name")
    if not said.anonymous or rule == ACCEPT:
        return
    if rule == REFUSE:
        raise Refused(NAMES_ONLY, "name")
    if category != Objection.Category.SUGGESTION:
        raise Refused(ONLY_SUGGESTIONS, "category")


def give_clue(said, *, about, code, at, notice=None, uploads=()):
    """Record a clue and return it. The same ``code`` is recorded once.

    Raises ``Refused``, also where it is about leaders of the school or about the 纪委: nothing of that may be kept here.
    """
    if about not in Clue.About.values:
        raise Refused(NOT_HERE, "about")
    if bool(said.name) != bool(said.contact):
        raise Refused(BOTH, "contact" if said.name else "name")
    files = pictures.nameless(uploads) if said.anonymous else uploads
    return _clue(said, about=about, code=code, at=at, notice=notice, files=files)


@transaction.atomic
@audit.at_the_end()
def _clue(said, *, about, code, at, notice, files):
    digest, actor, day = receipts.digest_of(code), visitor(timezone.localdate(at)), taken_from(at)
    fields = {"about": about, "text": said.text, "name": said.name, "contact": said.contact, "notice": notice}
    clue, created = Clue.objects.get_or_create(code_digest=digest, defaults={**fields, "received_on": actor.on})
    if created:
        attachments.take(clue, files, actor=actor, at=day)
        _tell_readers(clue, CLUE_CAME, kind="clue.receive", on=actor.on, at=day, key=f"clue:{clue.pk}")
        audit.append("clue.receive", about=clue, at=day, detail={"named": not said.anonymous})
    return clue


def _tell_readers(clue, words, *, kind, on, at, key):
    messages = [(person, key, words, None) for person in clue_readers(on).distinct()]
    notifications.post_each(messages, kind=kind, at=at)


@transaction.atomic
def add(thing, text, *, at):
    """Add a text to an objection or a clue that has not been answered.

    Sent twice it is there once. Raises ``Refused``.
    """
    thing = thing.__class__.objects.select_for_update(of=("self",)).get(pk=thing.pk)
    if thing.handled_at is not None:
        raise Refused("已经办结，不能再补充；有新的情况请另行提出。")
    if thing.additions.count() >= MOST_ADDITIONS:
        raise Refused(f"最多补充 {MOST_ADDITIONS} 次，请合并后另行提出。")
    on, day = timezone.localdate(at), taken_from(at)
    if thing.additions.filter(text=text, on=on).exists():
        return
    is_clue = isinstance(thing, Clue)
    addition = Addition.objects.create(text=text, on=on, **({"clue": thing} if is_clue else {"objection": thing}))
    key = f"addition:{addition.pk}"
    if is_clue:
        _tell_readers(thing, CLUE_ADDED, kind="clue.add", on=on, at=day, key=key)
    else:
        objections.tell_office(thing, ADDED, kind="notice.add", on=on, at=day, key=key)
    audit.append("clue.add" if is_clue else "notice.add", about=thing, at=day)


def retract(objection, *, at):
    """Take an objection back by its code. Raises ``Refused`` where it was handled meanwhile."""
    objections.retract(objection, actor=None, at=taken_from(at))
