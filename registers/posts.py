"""What becomes of posts: made, changed, moved to another unit, taken, left, closed.

Imports and the desk of the registrar change posts here. Whether somebody may is asked by whoever calls. Every function notes what it
does in the ``Journal`` that it is given, and must be called inside a transaction.
"""

import re

from registers import versions
from registers.journal import Kind
from registers.models import Duty, Incumbency, Post
from registers.models.spans import is_closed
from registers.refusals import Refused

FIELDS = ("name", "tier", "kind", "level", "is_risk_post", "is_key_post", "domain", "backup", "authorised")
MOST_PLACES = 999
MOST_DUTY = Duty._meta.get_field("text").max_length
CODE = re.compile(r"[0-9A-Za-z_-]+")  # addresses hold it
BATCH = 1000


def of_unit(unit, on):
    """Return the posts of a unit that are not closed on the day ``on``."""
    return Post.objects.existing(on).filter(unit=unit)


def free_code(unit, taken, serial):
    """Return the next code of a unit's posts that is not ``taken``: CW-01.

    ``serial``: stem → the last number used.
    """
    stem = re.sub(r"[^0-9A-Za-z_-]", "-", unit.code)[:15]
    number = serial.get(stem, 0) + 1
    while (code := f"{stem}-{number:02}") in taken:
        number += 1
    serial[stem] = number
    return code


def add(unit, values, duties, *, journal):
    """Make a post of a unit with its duties, and return it.

    ``values``: fields of ``Post``. Without a code it gets the next free one. Raises ``Refused`` where the code is used.
    """
    if is_closed(unit, journal.on):
        raise Refused(f"“{unit}”已撤销，不能再设岗位。", "unit")
    values = dict(values)
    taken = set(Post.objects.values_list("code", flat=True))
    code = values.pop("code", "") or free_code(unit, taken, {})
    if code.upper() in {other.upper() for other in taken}:
        raise Refused(f"岗位编号 {code} 已有岗位使用，请换一个编号。", "code")
    post = Post.objects.create(unit=unit, code=code, **values)
    journal.note(Kind.POST_ADDED, unit, post=post, new=post.name)
    set_duties([(post, duties)], journal=journal)
    return post


def change(post, values, *, journal):
    """Give a post other ``values`` (field → value) and return how many of them are new."""
    changed = {name: value for name, value in values.items() if getattr(post, name) != value}
    for name, value in changed.items():
        label = Post._meta.get_field(name).verbose_name
        old, new = shown(post, name), shown(post, name, value)
        journal.note(Kind.POST_CHANGED, post.unit, post=post, what=label, old=old, new=new)
        setattr(post, name, value)
    if changed:
        post.save(update_fields=list(changed))
    return len(changed)


def shown(post, name, *value):
    """Return the value of a field of a post in words: its own, or the ``value`` that it may get."""
    value = value[0] if value else getattr(post, name)
    choices = dict(Post._meta.get_field(name).choices or ())
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(choices.get(value, "" if value is None else value))


def set_duties(wanted, *, journal):
    """Give posts their duties, and return how many posts had others before.

    ``wanted``: ``[(post, texts)]``. Duties of any length are kept whole, so a text that is too long raises ``Refused``.
    """
    known = {}
    for post, text in Duty.objects.filter(post__in=[post for post, _ in wanted]).values_list("post_id", "text"):
        known.setdefault(post, []).append(text)
    changed = [(post, texts) for post, texts in wanted if known.get(post.pk, []) != texts]
    for post, texts in changed:
        if long := next((text for text in texts if len(text) > MOST_DUTY), None):
            words = f"岗位职责“{long[:12]}…”有 {len(long)} 个字，一条最多 {MOST_DUTY} 个字，请分成几条。"
            raise Refused(words, "duties")
        old = _numbered(known.get(post.pk, []))
        journal.note(Kind.POST_DUTIES, post.unit, post=post, old=old, new=_numbered(texts))
    Duty.objects.filter(post__in=[post for post, _ in changed]).delete()
    Duty.objects.bulk_create(
        [
            Duty(post=post, position=number, text=text)
            for post, texts in changed
            for number, text in enumerate(texts, start=1)
        ],
        batch_size=BATCH,
    )
    return len(changed)


def _numbered(texts):
    return "\n".join(f"{number}. {text}" for number, text in enumerate(texts, start=1))


def take(post, user, *, since, until=None, beside=False, journal):
    """Let ``user`` hold a post from the day ``since`` on, in the place of whoever holds it then.

    ``until``: the first day on which he holds it no more, if it is known. ``beside``: he holds it together with those who hold it
    already. Raises ``Refused``.
    """
    if is_closed(post, since):
        raise Refused(f"岗位“{post}”已撤销，不能任职。", "user")
    if not user.is_active:
        raise Refused(f"{user}的账号已停用，不能任职。", "user")
    if until is not None and until <= since:
        raise Refused("任期最后一天不能早于任职日期。", "last")
    if Incumbency.objects.filter(post=post, user=user).within(since, until or since.max).exists():
        raise Refused(f"{user}在这段时间已任该岗位，不需要再登记。", "user")
    if not beside:
        leave(post, on=since, journal=journal)
    row = Incumbency.objects.create(post=post, user=user, since=since, until=until)
    journal.note(Kind.POST_TAKEN, post.unit, post=post, what=f"{since:%Y-%m-%d} 起", new=user)
    return row


def leave(post, *, on, user=None, journal):
    """End the time of everybody in a post with the day ``on``, and return how many it was.

    ``user``: the id of the one person whose time ends.
    """
    held = Incumbency.objects.filter(post=post, **({"user": user} if user else {})).within(on, on.max)
    names = [str(row.user) for row in held.select_related("user").order_by("since", "pk")]
    for name in names:
        journal.note(Kind.POST_LEFT, post.unit, post=post, what=f"至 {on:%Y-%m-%d}", old=name)
    held.end(on)
    return len(names)


def move(posts, unit, *, journal):
    """Let posts belong to another unit, with what is on record of them.

    Whoever holds them goes on holding them.
    """
    for post in posts:
        journal.note(Kind.POST_MOVED, unit, post=post, old=post.unit, new=unit, other=post.unit)
        post.unit = unit
    Post.objects.filter(pk__in=[post.pk for post in posts]).update(unit=unit)
    versions.transfer_posts([post.pk for post in posts], to=unit, on=journal.on)


def close(post, *, journal):
    """Close a post, and end the time of whoever holds it."""
    leave(post, on=journal.on, journal=journal)
    Post.objects.filter(pk=post.pk).close(journal.on)
    journal.note(Kind.POST_CLOSED, post.unit, post=post, old=post.name)
