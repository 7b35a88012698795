"""The demo's texts (``fixtures/demo``), and their translation into the codes of a scheme."""

import random
from dataclasses import dataclass, field
from functools import cached_property

import yaml
from django.conf import settings

FOLDER = settings.BASE_DIR / "fixtures" / "demo"
# The corpus's own scales, gravest first; a scheme may weigh by other factors.
PROBABILITIES = ("high", "medium", "low")
HARMS = ("criminal", "disciplinary", "slight")
BOTH = "both"


def dice(*parts):
    """A random stream of its own for one purpose, so that a change in one place changes nothing elsewhere."""
    return random.Random(":".join(map(str, parts)))  # noqa: S311 (a demo needs sameness, not secrecy)


def dice_of(submission, seed, purpose):
    """As ``dice``, for one submission."""
    return dice(
        seed, purpose, submission.task.code, submission.unit.code, submission.post.code if submission.post_id else ""
    )


def _read(path):
    # The C loader is ten times faster and not everywhere.
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


@dataclass(frozen=True)
class Risk:
    """One risk of the corpus. ``earlier``: its wording of last year, if it was different."""

    key: str
    domain: str
    category: str
    nature: tuple
    finding_source: str
    probability: str
    harm: str
    content: str
    manifestation: str
    measures: dict
    tiers: tuple = ()
    posts: tuple = ()
    power: str = ""
    involved_posts: tuple = ()
    earlier: dict | None = field(default=None, compare=False)

    def suits(self, template, domains):
        """Whether the holder of a post made from ``template`` could have written this."""
        return (
            self.domain in domains
            and template["tier"] in self.tiers
            and (not self.posts or template["name"] in self.posts)
        )


class Corpus:
    """All of ``fixtures/demo``."""

    def __init__(self):
        self.units = _read(FOLDER / "units.yaml")["units"]
        self.people = _read(FOLDER / "people.yaml")
        posts = _read(FOLDER / "posts.yaml")
        self.posts = [
            {**template, "domains": [domain]} for domain, entries in posts["posts"].items() for template in entries
        ]
        self.generic_posts = posts["generic"]
        self.powers = [
            {**power, "domain": domain}
            for domain, entries in _read(FOLDER / "powers.yaml")["powers"].items()
            for power in entries
        ]
        self.regulations = _read(FOLDER / "regulations.yaml")["regulations"]
        self.domains = _read(FOLDER / "domains.yaml")["domains"]
        self.reviews = _read(FOLDER / "reviews.yaml")
        self.history = _read(FOLDER / "history.yaml")
        earlier = {revision["risk"]: revision["last_year"] for revision in self.history["revisions"]}
        self.personal, self.unit = [], []
        for path in sorted((FOLDER / "risks").glob("*.yaml")):
            document = _read(path)
            for risks, entries in ((self.personal, document["personal"]), (self.unit, document["unit"])):
                risks.extend(_risk(document["domain"], entry, earlier) for entry in entries)

    @cached_property
    def focus(self):
        """Domain → pieces of business in it, to tell apart two posts with the same text."""
        return {domain["code"]: domain["focus"] for domain in self.domains}

    @cached_property
    def by_content(self):
        """Text as it was typed → the risk it came from."""
        risks = {}
        for risk in [*self.personal, *self.unit]:
            risks[risk.content] = risk
            if risk.earlier:
                risks[risk.earlier["content"]] = risk
        for twins in self.history["near_duplicates"]:
            for entry in twins["entries"]:
                risks[entry["content"]] = self.by_key[twins["like"]]
        return risks

    @cached_property
    def by_key(self):
        return {risk.key: risk for risk in [*self.personal, *self.unit]}

    @cached_property
    def twins(self):
        """Texts that another unit files in nearly the same words.

        Unit code → ``(risk, content, manifestation)``.
        """
        by_unit = {}
        for twins in self.history["near_duplicates"]:
            for entry in twins["entries"]:
                by_unit.setdefault(entry["unit"], []).append(
                    (self.by_key[twins["like"]], entry["content"], entry["manifestation"])
                )
        return by_unit

    @cached_property
    def weak(self):
        """Poor texts with the remark they deserve: ``(field, text, remark)``."""
        return [
            (reason["aspect"], reason["weak_content"], reason["text"])
            for reason in self.reviews["return_reasons"]
            if reason["weak_content"] and reason["aspect"] in ("content", "manifestation")
        ]


def _risk(domain, entry, earlier):
    return Risk(
        domain=domain,
        earlier=earlier.get(entry["key"]),
        **{name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()},
    )


class Vocabulary:
    """A scheme's codes for the corpus's codes.

    A code that the scheme knows stays what it is. The scheme's other codes are dealt out, in order, to the remaining
    codes of the corpus. So the demo works for a rule book that its author never saw.
    """

    def __init__(self, rules, corpus):
        self.rules = rules
        self._domains = dealt([domain["code"] for domain in corpus.domains], codes(rules.domains))
        self._sources = dealt(unique(risk.finding_source for risk in corpus.personal), codes(rules.finding_sources))
        self._categories = {
            level: dealt(unique(risk.category for risk in risks), codes(rules.categories_for(level)))
            for level, risks in (("personal", corpus.personal), ("unit", corpus.unit), ("school", corpus.unit))
        }
        measures = next(iter(corpus.personal)).measures
        self._stages = dealt(codes(rules.measure_stages), list(measures))

    def domain(self, code):
        return self._domains.get(code, "")

    def category(self, risk, level):
        return self._categories[level].get(risk.category, "")

    def finding_source(self, risk):
        return self._sources.get(risk.finding_source, "")

    def nature(self, risk):
        known = codes(self.rules.natures)
        wanted = BOTH if len(risk.nature) > 1 else risk.nature[0]
        return wanted if wanted in known else known[0] if known else ""

    def factors(self, risk):
        """Factor values for a risk (None: a middling one), on whatever factors the scheme weighs."""
        scales = {"probability": PROBABILITIES, "harm": HARMS}
        places = {name: scale.index(getattr(risk, name)) if risk else 1 for name, scale in scales.items()}
        average = sum(places.values()) / len(places)
        values = {}
        for factor in self.rules.grading.factors:
            known = codes(factor.values)
            place = places.get(factor.code, average)
            named = getattr(risk, factor.code, "") if factor.code in scales else ""
            values[factor.code] = named if named in known else known[round(place * (len(known) - 1) / 2)]
        return values

    def measures(self, risk):
        """The measures of a risk: stage code → text."""
        return {stage: risk.measures[ours] for stage, ours in self._stages.items()}


def codes(named):
    """The codes of a scheme's named parts."""
    return [item.code for item in named]


def unique(values):
    """Remove repetitions from ``values``, keeping their order."""
    return list(dict.fromkeys(values))


def dealt(ours, theirs):
    """Map each of ``ours`` to one of ``theirs``.

    To itself if it is among them, else in turn to those of ``theirs`` that are none of ours.
    """
    if not theirs:
        return {}
    spare = [code for code in theirs if code not in ours] or theirs
    strangers = [code for code in ours if code not in theirs]
    return {code: code if code in theirs else spare[strangers.index(code) % len(spare)] for code in ours}
