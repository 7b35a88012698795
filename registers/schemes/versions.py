"""Storing a checked scheme file as an immutable version."""

import json

from django.db import transaction

from registers import audit
from registers.models import Grade, Keeper, RiskCategory, Scheme
from registers.schemes.custody import KEEPERS, kept
from registers.text import digest_of_text


@transaction.atomic
def store(rules, document, *, at, actor=None, source=""):
    """Make a new current version of the scheme unless the same content is current already.

    ``rules`` is the typed scheme, ``document`` its plain form, ``source`` its text as written. Returns
    ``(Scheme, created)``. Campaigns keep the version they were opened from. Source: R2-35.
    """
    digest = digest_of_text(json.dumps(document, ensure_ascii=False, sort_keys=True))
    earlier = Scheme.objects.select_for_update().filter(slug=rules.identity.slug).order_by("-version").first()
    if earlier is not None and earlier.digest == digest:
        return earlier, False
    Scheme.objects.filter(slug=rules.identity.slug, is_current=True).update(is_current=False)
    scheme = Scheme.objects.create(
        slug=rules.identity.slug,
        version=earlier.version + 1 if earlier else 1,
        title=rules.identity.title,
        institution=rules.identity.institution,
        document=document,
        source=source,
        digest=digest,
        loaded_at=at,
    )
    RiskCategory.objects.bulk_create(
        RiskCategory(scheme=scheme, code=category.code, label=category.label, position=position)
        for position, category in enumerate(rules.categories)
    )
    Grade.objects.bulk_create(
        Grade(scheme=scheme, code=grade.code, label=grade.label, rank=grade.rank) for grade in rules.grades
    )
    Keeper.objects.bulk_create(
        Keeper(scheme=scheme, role=role, level=level, rank=rank)
        for role in KEEPERS
        for level in rules.levels
        if (ranks := kept(rules, role, level)) is not None
        for rank in ranks or [None]
    )
    audit.append("scheme.load", about=scheme, actor=actor, at=at, detail={"digest": digest})
    return scheme, True


@transaction.atomic
def adopt(scheme, institution, *, at, actor=None):
    """Let ``institution`` follow a scheme from now on.

    What is running keeps the version that it was opened from. A campaign is opened under no other, so that nobody's rule book comes
    into use by itself (``Scheme.objects.in_use``).
    """
    institution.scheme_slug = scheme.slug
    institution.save(update_fields=["scheme_slug"])
    audit.append("scheme.choose", about=scheme, actor=actor, at=at)
