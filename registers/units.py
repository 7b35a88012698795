"""What becomes of units and of their other names: made, renamed, moved, merged, divided, closed.

Imports and the desk of the registrar change units here. Whether somebody may is asked by whoever calls. Every function notes what it
does in the ``Journal`` that it is given, and must be called inside a transaction. What was on record of a unit stays: a unit that was
merged is a closed one below the unit that took it in, so ledgers of that unit hold it, and what waits there goes to its people.
"""

import re

from registers import posts, versions
from registers.journal import Kind
from registers.models import (
    Appointment,
    Incumbency,
    LeadingGroup,
    PowerItem,
    Regulation,
    RiskPoint,
    Scheme,
    Unit,
    UnitAlias,
    User,
)
from registers.models.spans import is_closed
from registers.refusals import Refused

DEEPEST = 12
CODE = re.compile(r"[0-9A-Za-z_-]{1,20}")
MOST_CODE = Unit._meta.get_field("code").max_length
Alias = UnitAlias.Kind


def kinds():
    """Return the kinds that a unit may have, as (value, words).

    They are those of all institutions, and those of the rule book in use.
    """
    scheme = Scheme.objects.in_use()
    own = scheme.rules.unit_kinds if scheme else []
    known = [choice for choice in Unit.Type.choices if choice[0] != Unit.Type.INSTITUTION]
    return known + [(kind, kind) for kind in own]


# -- checks ----------------------------------------------------------------------------------------------------
def check_code(code, on, unit=None):
    """Refuse a code that is none, or that another unit has which is not closed on the day ``on``."""
    if not CODE.fullmatch(code):
        raise Refused("单位代码由字母、数字、“-”和“_”组成，最多 20 个字符，请改正。", "code")
    others = Unit.objects.existing(on).exclude(pk=unit.pk if unit else None)
    taken = others.filter(code__iexact=code).first() or others.filter(aliases__name__iexact=code).first()
    if taken is not None:
        raise Refused(f"单位代码 {code} 已由“{taken}”使用，请换一个代码。", "code")


def check_name(name, on, unit=None, field="name"):
    """Refuse a name by which another unit is called.

    Files could not say which of them is meant. Raises ``Refused``.
    """
    others = Unit.objects.existing(on).exclude(pk=unit.pk if unit else None)
    taken = others.filter(name=name).first() or others.filter(aliases__name=name).first()
    if taken is not None:
        raise Refused(f"“{name}”已是“{taken}”（{taken.code}）的名称或别名，请换一个，以免混淆。", field)


def check_place(parent, on, unit=None):
    """Refuse a unit above that is closed, is the unit itself or below it, or would make the tree too deep."""
    if is_closed(parent, on):
        raise Refused(f"“{parent}”已撤销，不能作上级单位。", "parent")
    below = list(unit.subtree().with_tree_fields()) if unit else []
    if parent in below:
        raise Refused(f"“{parent}”是“{unit}”本身或其下级，不能作它的上级单位。", "parent")
    above = parent.ancestors(include_self=True).count()
    deep = max((row.tree_depth for row in below), default=0) - (below[0].tree_depth if below else 0) + 1
    if above + deep > DEEPEST:
        raise Refused(f"单位最多 {DEEPEST} 层，放在“{parent}”之下就超出了，请改选上级单位。", "parent")


def check_alive(unit, on, field=""):
    """Refuse a unit that is closed already. Raises ``Refused``."""
    if is_closed(unit, on):
        raise Refused(f"“{unit}”已经撤销。", field)


# -- one unit --------------------------------------------------------------------------------------------------
def add(code, name, parent, unit_type="", *, journal):
    """Make a unit below ``parent`` and return it.

    A closed unit that has had this code gives it up. Without a kind it is an office, or a section below one.
    """
    _give_up(code, journal)
    kind = unit_type or (Unit.Type.OFFICE if parent.parent_id is None else Unit.Type.SECTION)
    position = Unit.objects.count() + 1
    unit = Unit.objects.create(code=code, name=name, parent=parent, unit_type=kind, position=position)
    journal.note(Kind.ADDED, unit, new=f"隶属“{parent}”", other=parent)
    return unit


def add_former(code, name, parent, day, *, journal):
    """Make a unit that was closed on a day, and return it.

    Where its code is another one's by now, it has one beside that.
    """
    if Unit.objects.filter(code__iexact=code).exists():
        code = _beside(code)
    kind, position = Unit.Type.OFFICE, Unit.objects.count() + 1
    unit = Unit.objects.create(code=code, name=name, parent=parent, unit_type=kind, position=position)
    Unit.objects.filter(pk=unit.pk).close(day)
    journal.note(Kind.ADDED, unit, new=f"历史单位，{day:%Y-%m-%d} 撤销", other=parent)
    return unit


def _beside(code):
    """Return a free code that begins with this one."""
    number = 1
    while Unit.objects.filter(code=(other := f"{code[: MOST_CODE - 4]}-{number}")).exists():
        number += 1
    return other


def _give_up(code, journal):
    """Give closed units that have this code another one. Files go on finding them by name."""
    for closed in Unit.objects.filter(code__iexact=code):
        other = _beside(closed.code)
        journal.note(Kind.RECODED, closed, old=closed.code, new=other)
        Unit.objects.filter(pk=closed.pk).update(code=other)


def rename(unit, name, *, journal):
    """Give a unit another name. Files go on finding it by the old one."""
    old, unit.name = unit.name, name
    unit.save(update_fields=["name"])
    journal.note(Kind.RENAMED, unit, old=old, new=name)
    UnitAlias.objects.filter(unit=unit, name=name).delete()
    call_also(unit, old, Alias.FORMER)


def recode(unit, code, *, journal):
    """Give a unit another code. Files go on finding it by the old one."""
    if code.upper() != unit.code.upper():
        _give_up(code, journal)
    old, unit.code = unit.code, code
    unit.save(update_fields=["code"])
    journal.note(Kind.RECODED, unit, old=old, new=code)
    UnitAlias.objects.filter(unit=unit, name=code).delete()
    call_also(unit, old, Alias.CODE)


def retype(unit, unit_type, *, journal):
    """Say that a unit is of another kind."""
    old = unit.get_unit_type_display()
    unit.unit_type = unit_type
    unit.save(update_fields=["unit_type"])
    journal.note(Kind.RETYPED, unit, old=old, new=unit.get_unit_type_display())


def move(unit, parent, *, journal):
    """Put a unit below another one, with all that lies below it."""
    journal.note(Kind.MOVED, unit, old=unit.parent or "", new=parent, other=parent)
    unit.parent = parent
    unit.save(update_fields=["parent"])


def call_also(unit, name, kind=Alias.OTHER, *, journal=None):
    """Give a unit another name, if it has not got it, and return whether it is new."""
    made = name != unit.name and UnitAlias.objects.get_or_create(unit=unit, name=name, defaults={"kind": kind})[1]
    if made and journal is not None:
        journal.note(Kind.ALIAS_ADDED, unit, what=Alias(kind).label, new=name)
    return made


def call_no_more(alias, *, journal):
    """Take another name from a unit."""
    journal.note(Kind.ALIAS_DROPPED, alias.unit, what=alias.get_kind_display(), old=alias.name)
    alias.delete()


def edit(unit, values, *, journal):
    """Give a unit another name, code, kind and unit above where ``values`` differ, and return how many do.

    Raises ``Refused`` with the field that is wrong.
    """
    on, changes = journal.on, []
    check_alive(unit, on)
    if (name := values.get("name", unit.name)) != unit.name:
        check_name(name, on, unit)
        changes.append(lambda: rename(unit, name, journal=journal))
    if (code := values.get("code", unit.code)) != unit.code:
        check_code(code, on, unit)
        changes.append(lambda: recode(unit, code, journal=journal))
    kind, parent = values.get("unit_type", unit.unit_type), values.get("parent", unit.parent)
    if unit.parent_id is None and (kind != unit.unit_type or parent is not None):
        raise Refused("学校本身没有上级单位，类型也不能改。", "parent" if parent is not None else "unit_type")
    if kind != unit.unit_type:
        changes.append(lambda: retype(unit, kind, journal=journal))
    if parent is not None and parent.pk != unit.parent_id:
        check_place(parent, on, unit)
        changes.append(lambda: move(unit, parent, journal=journal))
    for change in changes:
        change()
    return len(changes)


# -- several units ---------------------------------------------------------------------------------------------
def close(unit, *, journal):
    """Close a unit that has no unit below it and no people any more, with its posts. Raises ``Refused``."""
    on = journal.on
    check_alive(unit, on)
    if unit.parent_id is None:
        raise Refused("学校本身不能撤销。")
    if below := list(unit.children.existing(on)[:3]):
        raise Refused(f"“{unit}”还有下属单位（{'、'.join(map(str, below))}），请先调整或撤销它们。")
    if people := unit.people.filter(is_active=True).count():
        raise Refused(f"“{unit}”还有 {people} 名在用人员，请先为他们调整单位，或改用“合并”。")
    for post in posts.of_unit(unit, on):
        posts.close(post, journal=journal)
    _end(unit, journal)
    journal.note(Kind.CLOSED, unit, old=unit.name)


def _end(unit, journal):
    """End what is held at a unit, and close it."""
    held = Appointment.objects.filter(unit=unit)
    named = [f"{row.holder}（{row.get_role_display()}）" for row in held.in_force(journal.on).select_related("user")]
    if named:
        journal.note(Kind.ROLES_ENDED, unit, old="、".join(named))
    held.end(journal.on)
    LeadingGroup.objects.filter(unit=unit, since__isnull=False).end(journal.on)
    Unit.objects.filter(pk=unit.pk).close(journal.on)


def merge(unit, into, *, journal):
    """Let a unit go into another one: people, posts, units below it, what is on record, names and code.

    The unit is closed and lies below ``into`` from then on. Whoever held a role there holds it no more. Raises
    ``Refused``.
    """
    on = journal.on
    check_alive(unit, on)
    check_alive(into, on, "into")
    if unit.parent_id is None or into in unit.subtree():
        raise Refused(f"“{into}”是“{unit}”本身或其下级，不能并入。", "into")
    for child in unit.children.existing(on):
        if child.pk != into.pk:
            check_place(into, on, child)
            move(child, into, journal=journal)
    points = RiskPoint.objects.filter(unit=unit).in_force(on).count()
    powers = PowerItem.objects.filter(unit=unit).in_force(on).count()
    posts.move(list(unit.posts.select_related("unit")), into, journal=journal)
    people = User.objects.filter(unit=unit).update(unit=into)
    regulations = Regulation.objects.filter(unit=unit).update(unit=into)
    versions.transfer_unit(unit, to=into, on=on)
    _end(unit, journal)
    for name, kind in [(unit.name, Alias.FORMER), *unit.aliases.values_list("name", "kind")]:
        call_also(into, name, kind)
    call_also(into, unit.code, Alias.CODE)
    Unit.objects.filter(pk=unit.pk).update(parent=into)
    goes = {"人": people, "个风险点": points, "项权力": powers, "项制度": regulations}
    what = "、".join(f"{number} {words}" for words, number in goes.items() if number)
    journal.note(Kind.MERGED, unit, what=what, old=unit.name, new=into, other=into)
    journal.note(Kind.TOOK_IN, into, old=unit.name, other=unit)


def divide(unit, code, name, unit_type, chosen, *, journal):
    """Make a unit beside another one that takes over the posts ``chosen``, and return it.

    Whoever holds such a post and works in the old unit works in the new one, unless he keeps a post in the old one. Raises
    ``Refused``.
    """
    on = journal.on
    check_alive(unit, on)
    if unit.parent_id is None:
        raise Refused("学校本身不能分设。")
    check_code(code, on)
    check_name(name, on)
    if not chosen:
        raise Refused("请至少选择一个划入新单位的岗位。", "posts")
    new = add(code, name, unit.parent, unit_type or unit.unit_type, journal=journal)
    held = Incumbency.objects.in_force(on)
    staying = held.filter(post__unit=unit).exclude(post__in=chosen)
    going = held.filter(post__in=chosen).exclude(user__in=staying.values("user"))
    User.objects.filter(unit=unit, pk__in=list(going.values_list("user", flat=True))).update(unit=new)
    posts.move(chosen, new, journal=journal)
    journal.note(Kind.DIVIDED, unit, new=name, other=new)
    return new
