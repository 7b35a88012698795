"""Changes of units and posts with what follows for running sheets: foreseen, made, or planned.

What follows is not worked out by a second rule. A preview makes the change, looks who will have every running sheet
(``routing.foresight``), and takes it back; making it does the same and keeps it. Whoever confirms has seen a digest of what follows: if
it is another by then, nothing is done. What the hourly job would do with running sheets is done in the same transaction
(``routing.staffing``).
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from registers import audit, clock, establishment, posts, units
from registers.access import require
from registers.journal import Journal, Kind
from registers.models import PlannedChange, Post, Unit, User
from registers.refusals import Refused, Stale
from registers.text import digest_of
from workflows import moving, planned
from workflows.models import Campaign, Enrolment, Submission
from workflows.models.campaigns import RUNNING
from workflows.models.submissions import UNFINISHED
from workflows.routing import foresight, staffing

FARTHEST = 366  # days that a change may count back, or be planned ahead


@dataclass(frozen=True)
class Wanted:
    """A change that is asked for: which ``act``, of which unit, with what, from which day.

    ``asked`` is as JSON holds it.
    """

    act: str
    unit: Unit
    asked: dict
    on: date


@dataclass(frozen=True)
class Outcome:
    """What a change does.

    ``rows``: its history. ``foresight``: what follows for running sheets. ``warnings``: what to look at before it is confirmed.
    """

    wanted: Wanted
    rows: list
    foresight: foresight.Foresight
    warnings: tuple = ()

    @property
    def changes(self):
        """What is changed, in words, one line each. Of posts that move only how many there are."""
        lines, moved = [], [row for row in self.rows if row.kind == Kind.POST_MOVED]
        for row in self.rows:
            if row.kind != Kind.POST_MOVED:
                lines.append(words_of(row))
        if moved:
            lines.append(f"{len(moved)} 个岗位划转到“{moved[0].new}”")
        return lines

    @property
    def digest(self):
        """A digest of what is asked and what follows, by which a confirmation says what it has seen."""
        wanted = self.wanted
        return digest_of([wanted.act, wanted.unit.pk, wanted.asked, wanted.on.isoformat(), self.foresight.digest])


def words_of(row):
    """Return a change in words."""
    about = f"{row.post or row.unit}：{row.get_kind_display()}"
    about += f"（{row.what}）" if row.what else ""
    if row.old and row.new:
        return f"{about}，{row.old} → {row.new}"
    return f"{about}，{row.new or row.old}" if row.new or row.old else about


# -- the acts --------------------------------------------------------------------------------------------------
def _unit(pk, field):
    unit = Unit.objects.filter(pk=pk).first()
    if unit is None:
        raise Refused("请选择单位。", field)
    return unit


def _post(asked):
    return Post.objects.select_related("unit", "backup").get(pk=asked["post"])


def _edit(unit, asked, journal):
    values = dict(asked)
    if "parent" in values:
        values["parent"] = _unit(values["parent"], "parent")
    if not units.edit(unit, values, journal=journal):
        raise Refused("没有任何改动，请先修改名称、代码、类型或上级单位。")


def _child(unit, asked, journal):
    units.check_code(asked["code"], journal.on)
    units.check_name(asked["name"], journal.on)
    units.check_place(unit, journal.on)
    units.add(asked["code"], asked["name"], unit, asked["unit_type"], journal=journal)


def _divide(unit, asked, journal):
    chosen = list(posts.of_unit(unit, journal.on).select_related("unit").filter(pk__in=asked["posts"]))
    units.divide(unit, asked["code"], asked["name"], asked["unit_type"], chosen, journal=journal)


def _values(asked):
    values = {name: asked[name] for name in (*posts.FIELDS, "code") if name in asked}
    if "backup" in values:
        values["backup"] = User.objects.filter(pk=values["backup"]).first()
    return values


def _post_add(unit, asked, journal):
    posts.add(unit, _values(asked), asked["duties"], journal=journal)


def _post_edit(unit, asked, journal):
    post = _post(asked)
    changed = posts.change(post, _values(asked), journal=journal)
    if not changed + posts.set_duties([(post, asked["duties"])], journal=journal):
        raise Refused("没有任何改动。")


def _take(unit, asked, journal):
    user = User.objects.filter(pk=asked["user"]).first()
    until = date.fromisoformat(asked["until"]) if asked["until"] else None
    posts.take(_post(asked), user, since=journal.on, until=until, beside=asked["beside"], journal=journal)


def _leave(unit, asked, journal):
    if not posts.leave(_post(asked), on=journal.on, user=asked["user"], journal=journal):
        raise Refused("该岗位现在没有任职人。")


ACTS = {
    "edit": _edit,
    "child": _child,
    "merge": lambda unit, asked, journal: units.merge(unit, _unit(asked["into"], "into"), journal=journal),
    "divide": _divide,
    "close": lambda unit, asked, journal: units.close(unit, journal=journal),
    "post": _post_add,
    "post_edit": _post_edit,
    "post_take": _take,
    "post_leave": _leave,
    "post_close": lambda unit, asked, journal: posts.close(_post(asked), journal=journal),
}


# -- foreseeing and making -------------------------------------------------------------------------------------
def foresee(wanted, *, actor, at):
    """Return the ``Outcome`` that a change would have, and leave no trace.

    Raises ``Refused`` or ``NotAllowed``. One that is planned for later is foreseen as if it were made today.
    """
    return foresight.taken_back(lambda: _carry_out(wanted, actor=actor, by=actor.user, at=at))


@transaction.atomic
@audit.at_the_end()
def make(wanted, *, seen, actor, at):
    """Make a change, or plan it where its day is still to come, and return its ``Outcome``.

    ``seen``: the digest of the outcome that was confirmed. Raises ``Stale`` where it is another by now, ``Refused`` or
    ``NotAllowed``; then nothing has changed.
    """
    if wanted.on > clock.local_day(at):
        outcome = foresee(wanted, actor=actor, at=at)
        _check_seen(outcome, seen)
        _plan(outcome, actor=actor, at=at)
        return outcome
    outcome = _carry_out(wanted, actor=actor, by=actor.user, at=at)
    _check_seen(outcome, seen)
    _follow(outcome, actor=actor, at=at)
    return outcome


def _check_seen(outcome, seen):
    if outcome.digest != seen:
        raise Stale


def _carry_out(wanted, *, actor, by, at):
    """Do what is asked, and return its ``Outcome``. ``actor`` None: the system makes a change that was planned."""
    today = clock.local_day(at)
    _lock(wanted)
    unit = Unit.objects.select_related("parent").get(pk=wanted.unit.pk)
    if actor is not None:
        require(actor, "manage", unit)
        _check_day(wanted.on, today)
        for name in ("into", "parent"):
            if wanted.asked.get(name):
                require(actor, "manage", _unit(wanted.asked[name], name))
    journal = Journal(min(wanted.on, today), at, by)
    rows, seen = foresight.watched(lambda: _change(wanted, unit, journal), on=today)
    return Outcome(wanted, rows, seen, tuple(_overfilled(rows, journal.on)))


def _overfilled(rows, on):
    """Say of each post that was changed whether more people hold it now than may."""
    changed = Post.objects.existing(on).filter(pk__in={row.post_id for row in rows if row.post_id})
    for post in establishment.with_places(changed, on).order_by("code"):
        if (places := establishment.of_post(post)).over > 0:
            yield f"{post}：核定职数 {places.authorised}，办理后任职 {places.held} 人，{places.words}。可以办理，请核对。"


def _change(wanted, unit, journal):
    ACTS[wanted.act](unit, wanted.asked, journal)
    rows = journal.save()
    _take_along(rows)
    return rows


def _check_day(on, today):
    if abs((on - today).days) > FARTHEST:
        raise Refused("生效日期应在今天前后一年之内，请改正。", "on")


def _lock(wanted):
    """Lock in the order of all acts: campaigns, the sheets of the unit, the organisation (as imports do)."""
    list(Campaign.objects.filter(state__in=RUNNING).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    sheets = Submission.objects.filter(unit=wanted.unit, state__in=UNFINISHED).order_by("pk")
    list(sheets.select_for_update(of=("self",)).values_list("pk"))
    Unit.objects.select_for_update(of=("self",)).filter(parent=None).first()


def _take_along(rows):
    """Let running sheets go with their posts, and a new part of a unit take part in what the unit takes part in."""
    for row in rows:
        if row.kind == Kind.POST_MOVED:
            Submission.objects.filter(post=row.post_id, state__in=UNFINISHED).update(unit=row.unit_id)
        elif row.kind == Kind.DIVIDED:
            running = Enrolment.objects.filter(unit=row.unit_id, campaign__state=Campaign.State.OPEN)
            Enrolment.objects.bulk_create(
                Enrolment(campaign_id=part.campaign_id, unit_id=row.other_id, wave=part.wave, enrolled_on=row.on)
                for part in running
            )


def _follow(outcome, *, actor, at):
    """Do at once with running sheets what the hourly job would do, and write what was changed to the audit log."""
    staffing.follow(at=at)
    wanted = outcome.wanted
    detail = {"act": wanted.act, "on": wanted.on.isoformat(), "changes": len(outcome.rows)}
    detail["sheets"] = outcome.foresight.count
    audit.append("organisation.change", about=wanted.unit, actor=actor, at=at, detail=detail)


# -- other names -----------------------------------------------------------------------------------------------
@transaction.atomic
def name_also(unit, *, name, kind, actor, at):
    """Give a unit another name. Raises ``Refused`` where another unit is called so, or ``NotAllowed``."""
    require(actor, "manage", unit)
    today = clock.local_day(at)
    units.check_name(name, today, unit)
    if kind == units.Alias.CODE:
        units.check_code(name, today, unit)
    journal = Journal(today, at, actor.user)
    if not units.call_also(unit, name, kind, journal=journal):
        raise Refused(f"“{unit}”已有“{name}”这个名称。", "name")
    journal.save()
    audit.append("organisation.change", about=unit, actor=actor, at=at, detail={"act": "alias"})


@transaction.atomic
def name_no_more(alias, *, actor, at):
    """Take another name from a unit. Raises ``NotAllowed``."""
    require(actor, "manage", alias.unit)
    journal = Journal(clock.local_day(at), at, actor.user)
    units.call_no_more(alias, journal=journal)
    journal.save()
    audit.append("organisation.change", about=alias.unit, actor=actor, at=at, detail={"act": "alias_dropped"})


# -- planning --------------------------------------------------------------------------------------------------
def _plan(outcome, *, actor, at):
    wanted = outcome.wanted
    words = "；".join(outcome.changes)
    kept = {"act": wanted.act, "unit": wanted.unit, "asked": wanted.asked, "on": wanted.on, "words": words}
    planned.keep(actor=actor, at=at, **kept)


def make_due(*, at):
    """Make the planned changes whose day has come, and return how many were made.

    Each has its own transaction. One that cannot be made any more keeps the reason, which its registrar reads. Running it
    again changes nothing.
    """
    due = planned.waiting().filter(on__lte=clock.local_day(at)).order_by("on", "pk")
    return sum(_make_planned(pk, at) for pk in list(due.values_list("pk", flat=True)))


def _make_planned(pk, at):
    try:
        with transaction.atomic(), audit.at_the_end():
            change = planned.waiting().select_related("unit", "by").filter(pk=pk).first()
            if change is None:
                return False
            follow = _make_one(change, at)
            if not planned.waiting().filter(pk=pk).update(done_at=at):
                raise Refused("该变更刚被取消。")
            follow()
    except Refused as refused:
        with transaction.atomic():
            if planned.waiting().filter(pk=pk).update(refused=str(refused)):
                audit.append("organisation.refused", about=PlannedChange(pk=pk), at=at)
        return False
    return True


def _make_one(change, at):
    """Make one planned change, and return the function that does what follows from it."""
    if change.person_id is not None:
        moving.make(change, at=at)
        return lambda: staffing.follow(at=at)
    wanted = Wanted(change.act, change.unit, change.asked, change.on)
    outcome = _carry_out(wanted, actor=None, by=change.by, at=at)
    return lambda: _follow(outcome, actor=None, at=at)
