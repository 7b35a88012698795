"""Standing lists (公开) and results (通报): drafted by one, released by another, ended."""

from functools import cache

from django.db import IntegrityError, transaction
from django.utils import timezone

from registers import audit, jobs
from registers.access import require
from registers.actors import ANSWERABLE
from registers.prepared import Given, Prepared
from registers.refusals import Refused
from registers.schemes.publicity import kind_named
from registers.text import digest_of
from workflows.messages import notifications
from workflows.models import Publication
from workflows.policies.handling import holders
from workflows.policies.publications import RELEASERS
from workflows.publicity import attaching, lists, places, privacy

TITLE = "{unit}{kind}（{year}年）"
DRAFTED = "“{title}”已起草，请审核后发布。"
THERE = "这份目录已有一份草稿，请先发布或删除。"
EMPTY = "登记册中没有可以公开的内容。"
SAME = "与第 {number} 版没有不同，不必重新公开。"
CHANGED = "登记册的内容刚有变动，请按现在的内容核对后重新办理。"
UNEXPLAINED = "与第 {number} 版有 {count} 处不同，请写明变更说明。"
TOLD = "“{title}”已发布，请阅看。"
MOST_LEAKS = 10
TOO_LONG = "表格最多 {most} 行，现有 {rows} 行。"
MOST_ROWS = 2000


# --- Standing lists -------------------------------------------------------------------------------------------


def last_version(kind, unit):
    """Return the version of a standing list that was released last, None where there is none."""
    released = Publication.objects.filter(verb="standing", kind=kind.code, unit=unit, released_at__isnull=False)
    return released.order_by("-number").first()


@transaction.atomic
def draft_list(kind, scheme, unit, *, actor, at):
    """Draft the next version of a standing list of ``unit``, and return it.

    Whoever may release it is told. Raises ``NotAllowed``, or ``Refused`` where there is nothing to publish, or nothing new.
    """
    last = last_version(kind, unit)
    number = last.number + 1 if last is not None else 1
    publication = Publication(
        scheme=scheme,
        kind=kind.code,
        verb="standing",
        unit=unit,
        audience=kind.audience,
        title=TITLE.format(unit=unit.name, kind=kind.label, year=timezone.localdate(at).year),
        columns=_columns(kind, scheme.rules, unit),
        replaces=last,
        drafted_by=actor.user,
        drafted_at=at,
    )
    require(actor, "draft", publication)
    found = preview(publication, timezone.localdate(at))
    if not found:
        raise Refused(EMPTY)
    if last is not None and not differences(publication, found) and last.ended_at is None:
        raise Refused(SAME.format(number=number - 1))
    try:
        with transaction.atomic():
            publication.save()
    except IntegrityError as twice:
        raise Refused(THERE) from twice
    _drafted(publication, actor=actor, at=at)
    return publication


def _columns(kind, rules, unit):
    """The columns of a list. Where all rows are of one unit, none says so."""
    alone = not unit.children.exists()
    return [[field, heading] for field, heading in lists.columns(kind, rules) if not (alone and field == "unit")]


def has_rows(kind, scheme, unit, on):
    """Return whether a standing list of ``unit`` would show anything on the day ``on``."""
    return bool(lists.rows(kind, scheme.rules, unit, on))


def preview(publication, on):
    """Return the rows that a draft would show if it were released on the day ``on``.

    A result has its own.
    """
    if publication.verb != "standing":
        return publication.items
    kind, versions = publication.kind_rules, _versions(publication)
    return lists.numbered(lists.rows(kind, publication.scheme.rules, publication.unit, on), versions)


def _versions(publication):
    """The rows of all versions that were released, the last one last."""
    released = Publication.objects.filter(verb="standing", kind=publication.kind, unit=publication.unit_id)
    return list(released.filter(number__isnull=False).order_by("number").values_list("items", flat=True))


def differences(publication, found):
    """Return what the rows ``found`` change against the version that a draft replaces."""
    before = publication.replaces.items if publication.replaces is not None else []
    return lists.differences(before, found, publication.columns) if publication.replaces is not None else []


# --- Results --------------------------------------------------------------------------------------------------


@transaction.atomic
def draft_result(scheme, unit, *, actor, at, units=(), **said):
    """Draft a result (通报) from a title, paragraphs and a table, and return the ``Publication``.

    ``said``: what ``result`` takes. ``units``: the chosen ones, where the audience is chosen. Whoever may release it is told:
    another person does that (``release``), and only then it is read by others. Raises ``NotAllowed``, or ``Refused`` as ``result``
    does.
    """
    publication = result(scheme, unit, by=actor.user, at=at, **said)
    if publication.audience == "chosen" and not units:
        raise Refused("请选择通报哪些单位。", "units")
    require(actor, "draft", publication)
    publication.save()
    if publication.audience == "chosen":
        publication.units.set(units)
    _drafted(publication, actor=actor, at=at)
    return publication


def result(scheme, unit, *, title, blocks, by, at, columns=(), rows=(), audience="", ends_on=None, kind=""):
    """Return a result (通报) that is not yet on record.

    ``blocks``: paragraphs. ``columns``: ``(field, heading)`` of the table, ``rows``: a dict of texts each. ``audience``: unit,
    school or chosen; without it that of its kind. ``by``: the user who has prepared it. ``ends_on``: its last day, None without
    end. ``kind``: one of the scheme's kinds of results, else the first. Raises ``Refused`` where nothing is said, the table is too
    long or the last day is past.
    """
    kind, rows = kind_named(scheme.rules, kind, "result"), [dict(row) for row in rows]
    blocks = [block.strip() for block in blocks if block.strip()]
    if not blocks and not rows:
        raise Refused("请写明通报的内容。", "blocks")
    if len(rows) > MOST_ROWS:
        raise Refused(TOO_LONG.format(most=MOST_ROWS, rows=len(rows)))
    audience = audience or kind.audience
    if audience == "unit" and unit.parent_id is None:
        audience = "school"
    if ends_on is not None and ends_on < timezone.localdate(at):
        raise Refused("截止日期不能早于今天。", "ends_on")
    fields = [field for field, _ in columns]
    items = [
        {lists.NUMBER: number, **{field: str(row.get(field, "")) for field in fields}}
        for number, row in enumerate(rows, 1)
    ]
    return Publication(
        scheme=scheme,
        kind=kind.code,
        verb="result",
        unit=unit,
        audience=audience,
        title=title,
        blocks=blocks,
        columns=[list(column) for column in columns],
        items=items,
        ends_on=ends_on,
        drafted_by=by,
        drafted_at=at,
    )


# --- Both -----------------------------------------------------------------------------------------------------


def _drafted(publication, *, actor, at):
    audit.append("publication.draft", about=publication, actor=actor, at=at)
    text = DRAFTED.format(title=publication.title)
    people = holders(publication.unit_id, *RELEASERS).exclude(pk=actor.user_id)
    messages = [(person.pk, f"publication:{publication.pk}", text, None) for person in people]
    notifications.post_each(messages, kind="publication.draft", at=at)


def locked(publication):
    """Return a publication as it is now, locked. Raises ``Refused`` when it was a draft and is gone."""
    rows = Publication.objects.with_rules().select_related("unit", "replaces").select_for_update(of=("self",))
    if (found := rows.filter(pk=publication.pk).first()) is None:
        raise Refused("该草稿已被删除。")
    return found


def leaks_of(publication, found):
    """Return in sentences what of a publication with the rows ``found`` must not be published."""
    channels = privacy.channels_of(publication.scheme.rules)
    texts = [("标题", publication.title), ("变更说明", publication.explanation)]
    texts += [(f"正文第 {number} 段", block) for number, block in enumerate(publication.blocks, 1)]
    said = [
        f"{where}中有{leak.kind}（{leak.excerpt}），不能发布，请修改。"
        for where, text in texts
        for leak in privacy.leaks(text, channels=channels)
    ]
    return said + [
        f"第 {found[row - 1][lists.NUMBER]} 项“{heading}”中有{leak.kind}（{leak.excerpt}），不能发布，请更正。"
        for row, heading, leak in privacy.of_items(found, publication.columns, channels=channels)
    ]


@transaction.atomic
def release(publication, *, actor, reviewed, at, explanation="", seen_digest=""):
    """Publish a draft. A standing list gets its number and takes the place of the version before.

    ``reviewed``: whoever releases it has checked it for secrets and personal data. ``explanation``: why a list has changed.
    ``seen_digest``: of the rows that he had on screen. Raises ``NotAllowed``, or ``Refused`` where it was not checked, other rows
    stand in the register since, the changes are not explained, or something must not be public.
    """
    publication = locked(publication)
    require(actor, "release", publication)
    if not reviewed:
        raise Refused("请先完成保密与个人信息审查并勾选，再发布。", "reviewed")
    on = timezone.localdate(at)
    found = preview(publication, on)
    if seen_digest and seen_digest != digest_of(found):
        raise Refused(CHANGED)
    publication.explanation, publication.items = explanation.strip(), found
    if leaks := leaks_of(publication, found):
        raise Refused("\n".join(leaks[:MOST_LEAKS]))
    publication.released_by, publication.released_at, publication.effective_on = actor.user, at, on
    if publication.verb == "standing":
        _take_place(publication, actor=actor, at=at)
    if publication.ends_on is not None and publication.ends_on < on:
        raise Refused(f"截止日期 {publication.ends_on:%Y-%m-%d} 已过，请删除草稿重新起草。")
    publication.save()
    places.hang(publication, publication.kind_rules.places)
    audit.append("publication.release", about=publication, actor=actor, at=at, detail={"items": len(found)})
    _tell(publication, actor=actor, at=at)
    return publication


def _take_place(publication, *, actor, at):
    """Number a version of a standing list, note what it changes, and end the version before."""
    last = last_version(publication.kind_rules, publication.unit)
    publication.replaces, publication.number = last, 1
    if last is None:
        return
    publication.number = last.number + 1
    publication.changes = differences(publication, publication.items)
    if publication.changes and not publication.explanation:
        raise Refused(UNEXPLAINED.format(number=last.number, count=len(publication.changes)), "explanation")
    if last.ended_at is None:
        Publication.objects.filter(pk=last.pk).update(ended_at=at, ended_why=f"第 {publication.number} 版发布")
        jobs.forget_copies(f"/publications/{last.pk}/")


def _tell(publication, *, actor, at):
    """Tell the heads and liaisons of the units that a result was chosen for."""
    if publication.audience != "chosen":
        return
    text, people = TOLD.format(title=publication.title), {}
    for unit in publication.units.all():
        people |= {person.pk: person for person in holders(unit.pk, *ANSWERABLE)}
    messages = [(pk, f"told:{publication.pk}", text, None) for pk in people if pk != actor.user_id]
    notifications.post_each(messages, kind="publication.told", at=at)


@transaction.atomic
def discard(publication, *, actor, at):
    """Throw a draft away. Raises ``NotAllowed`` or ``Refused``."""
    publication = locked(publication)
    require(actor, "discard", publication)
    attaching.detach_all(publication, actor=actor, at=at)
    audit.append("publication.discard", about=publication, actor=actor, at=at)
    publication.delete()


@transaction.atomic
def end(publication, *, actor, why, at):
    """Take a publication down before its end. Raises ``NotAllowed``, or ``Refused`` without a reason."""
    publication = locked(publication)
    require(actor, "end", publication)
    if not why.strip():
        raise Refused("请写明撤下的原因。", "why")
    publication.ended_at, publication.ended_by, publication.ended_why = at, actor.user, why.strip()
    publication.save(update_fields=["ended_at", "ended_by", "ended_why"])
    jobs.forget_copies(f"/publications/{publication.pk}/")
    audit.append("publication.end", about=publication, actor=actor, at=at)


def end_due(*, at):
    """End the results whose last day is past, and return how many."""
    on = timezone.localdate(at)
    past = Publication.objects.filter(ends_on__lt=on, ended_at=None, released_at__isnull=False)
    for publication in past:
        with transaction.atomic():
            if not Publication.objects.filter(pk=publication.pk, ended_at=None).update(ended_at=at, ended_why="期满"):
                continue
            jobs.forget_copies(f"/publications/{publication.pk}/")
            audit.append("publication.end", about=publication, at=at)
    return len(past)


def out_of_date(publication, on):
    """Return how many differences the register has from a standing list in force."""
    if publication.verb != "standing" or publication.ended_at is not None or publication.released_at is None:
        return 0
    return len(lists.differences(publication.items, preview(publication, on), publication.columns))


def to_release(actor):
    """The drafts that ``actor`` may release. Nothing is read for those who release nothing."""
    units = actor.unit_ids(*RELEASERS) if actor.grants else ()
    if not units:
        return []
    return _unreleased().of(units=units, drafter=actor.user_id)


@cache
def _unreleased():
    rows = Publication.objects.filter(released_at=None, unit__within=Given("units"))
    rows = rows.exclude(drafted_by=Given("drafter")).select_related("drafted_by")
    return Prepared(rows.order_by("pk")[:20])
