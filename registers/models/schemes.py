"""Schemes, and their categories and grades as rows so that points can refer to them."""

import json
from functools import cache, lru_cache

from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTransform

from registers.access import ScopedQuerySet
from registers.frozen import frozen
from registers.models.organisation import Unit
from registers.prepared import Prepared
from registers.schemes.language import Scheme as SchemeDocument


class SchemeQuerySet(ScopedQuerySet):
    """Versions of schemes."""

    def in_use(self):
        """Return the current version of the scheme that the institution has adopted.

        None while it has adopted none. No other counts in its place: nothing begins under a rule book that nobody chose.
        """
        if self.query.where:
            return self.those_in_use().defer("source").first()
        return next(iter(_in_use().of()), None)

    def those_in_use(self):
        """Return the current versions, that which ``in_use`` gives at the head."""
        own = Unit.objects.filter(parent=None).exclude(scheme_slug="").values("scheme_slug")
        return self.filter(is_current=True, slug__in=own).order_by("slug")


class WithRules:
    """What a set of rows can do whose rule book is at the end of the path ``rules_at``."""

    rules_at = "scheme"

    def with_rules(self):
        """Join the rule book's rows, without the text of the rule book.

        The text is long, would come once per row, and is parsed once per process anyway.
        """
        return self.select_related(self.rules_at).defer(f"{self.rules_at}__document", f"{self.rules_at}__source")


@cache
def _in_use():
    """Return the query of ``in_use`` for whoever may read all schemes, as nearly every page asks it."""
    return Prepared(Scheme.objects.those_in_use().defer("source")[:1])


@lru_cache(maxsize=32)
def _read(written):
    return frozen(json.loads(written))


class DocumentField(models.JSONField):
    """The document of a scheme version, read once per process.

    Nearly every page has a scheme in its queries, and a version never changes. What is read is shared, and therefore frozen.
    """

    def from_db_value(self, value, expression, connection):
        whole = isinstance(value, str) and not isinstance(expression, KeyTransform)
        return _read(value) if whole else super().from_db_value(value, expression, connection)

    def deconstruct(self):
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.JSONField", arguments, options


class Scheme(models.Model):
    """One immutable version of an institution's rule book (方案).

    A campaign keeps the version it began with.
    """

    slug = models.SlugField(max_length=40)
    version = models.PositiveIntegerField("版本")
    title = models.CharField("方案名称", max_length=120)
    institution = models.CharField("单位", max_length=80)
    document = DocumentField()
    # As it was written, with its comments; empty for a version that came from before it was kept.
    source = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField("载入时间")
    is_current = models.BooleanField(default=True)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug", "version"], name="scheme_version_once"),
            models.UniqueConstraint(fields=["slug"], condition=Q(is_current=True), name="scheme_one_current_version"),
        ]

    def __str__(self):
        return f"{self.institution}{self.title}（第{self.version}版）"

    _rules = {}

    @property
    def rules(self):
        """The scheme's document as typed rules.

        Parsed once per process, because a version never changes.
        """
        rules = self._rules.get(self.digest)
        if rules is None:
            rules = self._rules[self.digest] = SchemeDocument.model_validate(self.document)
        return rules

    @classmethod
    def read_before(cls, digest):
        """Return the rules of the version with this digest if this process has read them already, else None."""
        return cls._rules.get(digest)

    @classmethod
    def rules_of(cls, digest):
        """Return the rules of the version with this digest."""
        rules = cls.read_before(digest)
        return rules if rules is not None else cls.objects.filter(digest=digest).defer("source").first().rules


class SchemeDraft(models.Model):
    """A scheme that is still being written (方案草稿): any text, right or wrong.

    ``version`` counts how often it was saved. ``findings``: what the check found when the text was saved, as
    ``[line, fault, remedy]``; ``checked`` is the digest of that text and of the check itself.
    """

    title = models.CharField("草稿名称", max_length=120)
    text = models.TextField("方案内容")
    base = models.ForeignKey(Scheme, models.PROTECT, null=True, related_name="drafts")
    version = models.PositiveIntegerField(default=1)
    findings = models.JSONField(default=list)
    checked = models.CharField(max_length=64, blank=True)
    saved_at = models.DateTimeField("保存时间")
    saved_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at", "-pk"]

    def __str__(self):
        return self.title


class RiskCategory(models.Model):
    """A category of a scheme version (风险类别)."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="categories")
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="risk_category_code_once")]

    def __str__(self):
        return self.label


class Grade(models.Model):
    """A grade of a scheme version (风险等级). ``rank`` 1 is the gravest."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="grades")
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=20)
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="grade_code_once"),
            models.UniqueConstraint(fields=["scheme", "rank"], name="grade_rank_once"),
        ]

    def __str__(self):
        return self.label


class Keeper(models.Model):
    """What a role above the units keeps of a level under a scheme version (留存).

    Rows, so that a query can join them, written from the scheme's ``custody`` and routes. ``rank`` None: every grade, also
    what has none. Source: R1-30, R2-14.
    """

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="keepers")
    role = models.CharField(max_length=20)
    level = models.CharField(max_length=10)
    rank = models.PositiveSmallIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["scheme", "role", "level"], name="keeper_of_a_level")]

    def __str__(self):
        return f"{self.role} {self.level} {self.rank or ''}"
