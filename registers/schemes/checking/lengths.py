"""Texts of a scheme that are longer than the columns in which rows of the database repeat them.

Whoever writes such rows says so with ``stored``. How much a column holds is read from its model, so that the two always
agree.
"""

from registers.models import (
    ControlMeasure,
    Grade,
    GroupMember,
    Post,
    PowerItem,
    RiskCategory,
    RiskPoint,
    Scheme,
    Unit,
    User,
)

STORED = []  # (model, name of its field, path or function)


def stored(model, **texts):
    """Say which texts of a scheme the fields of ``model`` hold.

    ``texts``: field → path into the scheme, in which ``*`` stands for each part of a list or group and a last ``@`` for its
    keys; or a function of the scheme that yields ``(where, text, characters of the field that other words need)``.
    """
    STORED.extend((model, name, source) for name, source in texts.items())


def faults(scheme):
    """Yield ``(where, fault, remedy)`` for each text that would not fit into a column."""
    said = set()
    for model, name, source in STORED:
        length = model._meta.get_field(name).max_length
        for where, text, beside in source(scheme) if callable(source) else _texts(scheme, source.split("."), ()):
            most = length - beside
            if len(text) > most and where not in said:
                said.add(where)
                yield where, f"“{_short(text)}”有 {len(text)} 字，最多存 {most} 字", f"缩短到 {most} 字以内"


def _texts(part, path, where):
    """Yield ``(where, text, 0)`` for what the path leads to."""
    if not path:
        if part:
            yield where, str(part), 0
        return
    step, *rest = path
    if part is None:
        return
    if step == "@":
        yield from (((*where, key), str(key), 0) for key in part)
    elif step == "*":
        parts = part.items() if isinstance(part, dict) else enumerate(part)
        for key, inner in parts:
            yield from _texts(inner, rest, (*where, key))
    else:
        inner = part.get(step) if isinstance(part, dict) else getattr(part, step)
        yield from _texts(inner, rest, (*where, step))


def _short(text):
    return text if len(text) <= 20 else f"{text[:20]}…"


stored(Scheme, slug="identity.slug", title="identity.title", institution="identity.institution")
stored(RiskCategory, code="categories.*.code", label="categories.*.label")
stored(Grade, code="grades.*.code", label="grades.*.label")
stored(ControlMeasure, stage="stages.*.code")
stored(RiskPoint, nature="natures.*.code", finding_source="finding_sources.*.code")
stored(PowerItem, domain="domains.*.code")
stored(Post, domain="domains.*.code")
stored(User, rank="ranks.*")
stored(Unit, unit_type="unit_kinds.*")
stored(GroupMember, member_type="groups.*.member_types.*")
