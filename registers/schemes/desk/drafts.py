"""Drafts of schemes: begun, saved, checked, published.

A draft is begun from a version, a file or another institution's scheme.
"""

import inspect
import re
from copy import deepcopy
from functools import cache, lru_cache
from pathlib import Path

import yaml
from django.db import transaction
from django.db.models import F

from registers import audit
from registers.models import SchemeDraft
from registers.papers.compose import SOURCES
from registers.papers.given import GIVEN
from registers.refusals import Refused, Stale
from registers.schemes import versions
from registers.schemes.checking import loading
from registers.text import clipped, digest_of, digest_of_text

LONGEST_TITLE = 120  # characters

_IDENTITY = re.compile(r"^identity:\s*$", re.MULTILINE)
# What belongs to the other institution's document and to nobody else's.
_OF_THE_DOCUMENT = re.compile(r"^  (document_number|issued_by|issued_on|effective_on):.*$", re.MULTILINE)
NAME = "方案"  # what findings call the text of a draft
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # in C it takes a fifth of the time
_LANGUAGE = Path(__file__).resolve().parents[1]  # the folder that holds language and checks


def text_of(scheme):
    """Return the text of a version as its file was written.

    A version whose file was not kept is written out anew.
    """
    form = {"Dumper": _Dumper, "allow_unicode": True, "sort_keys": False, "width": 1000}
    return scheme.source or yaml.dump(deepcopy(scheme.document), **form)


@transaction.atomic
def begin(*, title, text, actor, at, base=None):
    """Start a draft with ``text``.

    ``base`` is the version it was begun from, if any.
    """
    draft = SchemeDraft.objects.create(
        title=clipped(title, LONGEST_TITLE),
        text=text,
        base=base,
        saved_at=at,
        saved_by_id=actor.user_id,
        **_kept(text),
    )
    audit.append("scheme.draft", about=draft, actor=actor, at=at, detail={"base": base.pk if base else None})
    return draft


def save(draft, *, title, text, seen, actor, at):
    """Save ``text`` if the draft is still at version ``seen``, and return its new version.

    Raises ``Stale``, or ``Refused`` for a title that is too long.
    """
    if len(title) > LONGEST_TITLE:
        raise Refused(f"草稿名称最多 {LONGEST_TITLE} 字，现有 {len(title)} 字，没有保存，请删减。", "title")
    saved = SchemeDraft.objects.filter(pk=draft.pk, version=seen).update(
        title=title, text=text, version=F("version") + 1, saved_at=at, saved_by=actor.user_id, **_kept(text)
    )
    if not saved:
        raise Stale(SchemeDraft.objects.select_related("saved_by").get(pk=draft.pk))
    return seen + 1


def copied(text, *, slug, institution, product_word):
    """Return ``text`` with the identity of another institution.

    Number, issuer and dates of its document are left to be filled in. Everything else, comments included, stays as it is.
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
    block = _OF_THE_DOCUMENT.sub(r"  # \1: 请按本单位的文件填写", block)
    return head + block + tail


@lru_cache(maxsize=4)
def checked(text):
    """Check a text, and return ``(typed scheme or None, plain document or None, findings)``.

    The last few answers are remembered: whoever looks at a draft looks at many of its pages.
    """
    try:
        rules, document = loading.read_text(text, NAME)
    except loading.SchemeFaults as faults:
        return None, None, faults.findings
    return rules, document, []


def findings(draft):
    """Return what is wrong with the text of a draft, as it was found when it was saved.

    It is checked anew only where the check itself has changed since.
    """
    if draft.checked == _digest(draft.text):
        return [loading.Finding(NAME, *finding) for finding in draft.findings]
    return checked(draft.text)[2]


def _kept(text):
    """Check a text that is being saved, and return what a draft keeps of that."""
    found = [[row.line, row.fault, row.remedy] for row in checked(text)[2]]
    return {"findings": found, "checked": _digest(text)}


def _digest(text):
    return digest_of([_digest_of_checks(), text])


@cache
def _digest_of_checks():
    """Return the digest of all that decides what is found in a text: language, checks, shared papers and sources."""
    known = [thing for name, given in GIVEN.items() for thing in (SOURCES[name], given.rows) if callable(thing)]
    files = {Path(inspect.getsourcefile(thing)) for thing in known}
    files |= {*_LANGUAGE.rglob("*.py"), *loading.PARTS.glob("*.yaml")}
    return digest_of([digest_of_text(path.read_text(encoding="utf-8")) for path in sorted(files)])


@transaction.atomic
def publish(draft, *, seen, actor, at):
    """Make the draft the current version of its scheme and delete the draft.

    Raises ``Stale`` when somebody saved or published it meanwhile, ``loading.SchemeFaults`` when it has faults.
    """
    draft = SchemeDraft.objects.select_for_update().filter(pk=draft.pk).first()
    if draft is None or draft.version != seen:
        raise Stale(draft)
    rules, document = loading.read_text(draft.text, NAME)
    scheme, created = versions.store(rules, document, at=at, actor=actor, source=draft.text)
    draft.delete()
    return scheme, created


@transaction.atomic
def discard(draft, *, actor, at):
    """Delete a draft for good."""
    audit.append("scheme.draft_deleted", about=draft, actor=actor, at=at)
    draft.delete()
