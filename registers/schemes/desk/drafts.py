"""Drafts of schemes: begun, saved, checked, published.

A draft is begun from a version, a file or another institution's scheme.
"""

import re

import yaml
from django.db import transaction
from django.db.models import F

from registers import audit
from registers.models import SchemeDraft
from registers.refusals import Stale
from registers.schemes import versions
from registers.schemes.checking import loading

_IDENTITY = re.compile(r"^identity:\s*$", re.MULTILINE)


def text_of(scheme):
    """Return the text of a version as its file was written.

    A version whose file was not kept is written out anew.
    """
    return scheme.source or yaml.safe_dump(scheme.document, allow_unicode=True, sort_keys=False, width=1000)


@transaction.atomic
def begin(*, title, text, actor, at, base=None):
    """Start a draft with ``text``.

    ``base`` is the version it was begun from, if any.
    """
    draft = SchemeDraft.objects.create(title=title[:120], text=text, base=base, saved_at=at, saved_by_id=actor.user_id)
    audit.append("scheme.draft", about=draft, actor=actor, at=at, detail={"base": base.pk if base else None})
    return draft


def save(draft, *, title, text, seen, actor, at):
    """Save ``text`` if the draft is still at version ``seen``, and return its new version.

    Raises ``Stale``.
    """
    saved = SchemeDraft.objects.filter(pk=draft.pk, version=seen).update(
        title=title[:120], text=text, version=F("version") + 1, saved_at=at, saved_by=actor.user_id
    )
    if not saved:
        raise Stale(SchemeDraft.objects.select_related("saved_by").get(pk=draft.pk))
    return seen + 1


def copied(text, *, slug, institution, product_word):
    """Return ``text`` with the identity of another institution.

    Everything else, comments included, stays as it is.
    Raises ``ValueError`` when the text has no identity to replace.
    """
    match = _IDENTITY.search(text)
    if match is None:
        raise ValueError("原方案没有 identity 一节，不能复制。")
    head, rest = text[: match.end()], text[match.end() :]
    end = re.search(r"^\S", rest, re.MULTILINE)
    block, tail = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    for key, value in (("slug", slug), ("institution", institution), ("product_word", product_word)):
        line = f"  {key}: {yaml.safe_dump(value, allow_unicode=True, width=1000).splitlines()[0]}"
        block, count = re.subn(rf"^  {key}:.*$", lambda _, line=line: line, block, count=1, flags=re.MULTILINE)
        if not count:
            block = f"\n{line}{block}"
    return head + block + tail


def checked(text, name="方案"):
    """Check a text, and return ``(typed scheme or None, plain document or None, findings)``."""
    try:
        rules, document = loading.read_text(text, name)
    except loading.SchemeFaults as faults:
        return None, None, faults.findings
    return rules, document, []


@transaction.atomic
def publish(draft, *, seen, actor, at):
    """Make the draft the current version of its scheme and delete the draft.

    Raises ``Stale`` when somebody saved or published it meanwhile, ``loading.SchemeFaults`` when it has faults.
    """
    draft = SchemeDraft.objects.select_for_update().filter(pk=draft.pk).first()
    if draft is None or draft.version != seen:
        raise Stale(draft)
    rules, document = loading.read_text(draft.text, draft.title)
    scheme, created = versions.store(rules, document, at=at, actor=actor, source=draft.text)
    draft.delete()
    return scheme, created


@transaction.atomic
def discard(draft, *, actor, at):
    """Delete a draft for good."""
    audit.append("scheme.draft_deleted", about=draft, actor=actor, at=at)
    draft.delete()
