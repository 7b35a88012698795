"""Who may see what, who may do what, and who else may: one mechanism for both apps.

Each app writes its rules as ``Policy`` classes; everything that shows, exports, counts or changes
something asks here. Policies are keyed by model label so that this module lies below the models.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.db.models import Q

from registers.prepared import Given, Prepared


class NotAllowed(Exception):
    """A refusal because the actor may not do this.

    ``reason`` is a sentence for the person who is refused.
    """

    def __init__(self, reason, action="", about=""):
        self.reason, self.action, self.about = reason, action, about
        super().__init__(reason)


@dataclass(frozen=True)
class Verdict:
    """Yes, or no with the reason."""

    allowed: bool
    reason: str = ""

    def __bool__(self):
        return self.allowed


YES = Verdict(True)


def no(reason):
    """Return a refusal with its reason, a sentence for the person."""
    return Verdict(False, reason)


class Policy:
    """The rules of one model. Nothing is visible and nothing allowed until a subclass says so."""

    def visible(self, rows, actor):
        """Narrow ``rows`` to what ``actor`` may read in full."""
        return rows.none()

    def listed(self, rows, actor):
        """Narrow ``rows`` to those whose existence and state ``actor`` may know.

        Their content stays hidden from him.
        """
        return self.visible(rows, actor)


@dataclass(frozen=True)
class Rule:
    """Which rows are an actor's, by a condition that follows from a few facts about him.

    The condition is the same for everybody who has the same facts, so that a statement made of it can be kept (``Ruled``).
    ``facts``: a function of the actor, name → value of all that decides; None where no row can be his.
    ``condition``: a function of facts. It looks at their names and not at their values, except to leave out what holds for no row.
    """

    facts: Callable
    condition: Callable

    def of(self, actor):
        """Return the condition of the rows that are the actor's."""
        facts = self.facts(actor) if actor.is_authenticated else None
        return Q(pk__in=[]) if facts is None else self.condition(facts)


class PolicyOfFacts(Policy, ABC):
    """The rules of a model whose readers follow from a few facts about the actor, as a ``Rule`` says."""

    @abstractmethod
    def facts(self, actor):
        """Return name → value of all that decides what ``actor`` may read."""

    @abstractmethod
    def readable(self, facts):
        """Return the condition of the rows that may be read.

        It looks at ``facts`` as the condition of a ``Rule`` does.
        """

    def visible(self, rows, actor):
        return rows.filter(self.readable(self.facts(actor))) if actor.is_authenticated else rows.none()


class Ruled:
    """A prepared query narrowed by a ``Rule`` to the rows that are an actor's.

    ``rows``: as of ``Prepared``. ``most``: how many of them at most. ``choices``: name → condition by which a reader may narrow them.
    """

    def __init__(self, rows, rule, *, most=None, choices=None):
        self._rows, self._rule, self._most, self._choices, self._made = rows, rule, most, choices or {}, {}

    def by(self, actor, chosen=(), **given):
        """Return the rows that are the actor's, as a list.

        ``chosen``: names of ``choices``, all of which they fulfil. ``given``: as in ``Prepared.of``.
        """
        asked = self._asked(actor, chosen)
        return [] if asked is None else asked[0].of(**asked[1], **given)

    def parts(self, actor, chosen=(), **given):
        """Return the same rows as something of which any slice is read without the others."""
        asked = self._asked(actor, chosen)
        return [] if asked is None else asked[0].parts(**asked[1], **given)

    def _asked(self, actor, chosen):
        """Return the statement for an actor and the facts that it is asked with, None where no row can be his."""
        facts = self._rule.facts(actor) if actor.is_authenticated else None
        if facts is None:
            return None
        key = names, _ = frozenset(facts), frozenset(chosen)
        if key not in self._made:
            narrowed = self._rows.filter(self._rule.condition({name: Given(name) for name in names}))
            for choice in sorted(chosen):
                narrowed = narrowed.filter(self._choices[choice])
            self._made[key] = Prepared(narrowed[: self._most])
        return self._made[key], facts


class Seen(Ruled):
    """A prepared query narrowed to what an actor may read.

    ``rows``: of a model with a ``PolicyOfFacts``. ``to``: a ``Rule`` that narrows them further. ``most``, ``choices``: as of ``Ruled``.
    Whoever is not signed in gets none: what stands at the public door is asked for by ``visible_to``.
    """

    def __init__(self, rows, *, to=None, most=None, choices=None):
        readable = policy_of(rows.model)
        reading = Rule(readable.facts, readable.readable)
        super().__init__(rows, _both(reading, to) if to else reading, most=most, choices=choices)


def _both(one, other):
    """Return the rule of the rows that are an actor's by two rules, which may call different facts by the same name."""
    mark = "and_"

    def facts(actor):
        more = other.facts(actor)
        return None if more is None else one.facts(actor) | {f"{mark}{name}": value for name, value in more.items()}

    def condition(facts):
        own = {name: value for name, value in facts.items() if not name.startswith(mark)}
        more = {name.removeprefix(mark): value for name, value in facts.items() if name.startswith(mark)}
        return one.condition(own) & other.condition(more)

    return Rule(facts, condition)


_POLICIES = {}


class NoPolicy(LookupError):
    """A model for which nobody wrote a policy."""


def policy(label):
    """Register a ``Policy`` subclass for the model ``label`` (``app.Model``)."""

    def register(cls):
        _POLICIES[label.lower()] = cls()
        return cls

    return register


def policy_of(model):
    """Return the policy of a model class or instance. Raises ``NoPolicy``."""
    label = model._meta.label_lower
    try:
        return _POLICIES[label]
    except KeyError:
        raise NoPolicy(f"no policy for {label}: write one in the app's policies module") from None


def can(actor, action, obj):
    """Return the ``Verdict`` on whether ``actor`` may do ``action`` to ``obj``.

    ``obj`` is an instance or a model class.
    """
    return getattr(policy_of(obj), f"may_{action}")(actor, obj)


def require(actor, action, obj):
    """Check as ``can`` does, and raise ``NotAllowed`` with the reason if the answer is no."""
    verdict = can(actor, action, obj)
    if not verdict:
        about = f"{obj._meta.label_lower}:{obj.pk}" if isinstance(obj, models.Model) else obj._meta.label_lower
        raise NotAllowed(verdict.reason, action, about)


def people_who_may(action, obj):
    """Return the users who may do ``action`` to ``obj``, as a queryset."""
    return getattr(policy_of(obj), f"people_who_may_{action}")(obj)


class ScopedQuerySet(models.QuerySet):
    """The queryset of every model that holds something not everyone may read."""

    def visible_to(self, actor):
        """Narrow the rows to those that ``actor`` may read in full."""
        return policy_of(self.model).visible(self, actor)

    def listed_to(self, actor):
        """Narrow the rows to those whose state ``actor`` may know without reading them."""
        return policy_of(self.model).listed(self, actor)
