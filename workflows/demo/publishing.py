"""How the demo's people publish: notices, a correction of one, and the home unit's list of powers."""

from functools import cache

from registers.actors import Actor
from registers.models import User
from registers.prepared import Given, Prepared
from registers.schemes.language import StepKind
from workflows import policies
from workflows.deadlines import days
from workflows.demo.people import OFFICE_PERSONAS
from workflows.demo.year import moment
from workflows.models import Objection, PublicityNotice
from workflows.policies.publicity import drafters, releasers
from workflows.publicity import drafting, objections, places, publishing, releasing

DAYS = 3  # working days before the demo's day on which the list is drafted
WITHOUT_YEAR = "公示标题没有写明年度，容易与上一年度的公示混淆，建议更正。"
YEAR_ADDED = "标题已写明年度。"


def publish_waiting(*, on, at, tasks=None):
    """Draft and release notices of all sheets that wait for one on the day ``on``, and return the notices.

    ``tasks``: of these campaign tasks only.
    """
    if not drafting.is_any_waiting():
        return []
    holding, published, tried = policies.Holding(on), [], set()
    for sheet in drafting.waiting():
        place = (sheet.task_id, sheet.step, sheet.unit_id)
        if place in tried or (tasks is not None and sheet.task_id not in tasks):
            continue
        tried.add(place)
        if (drafter := _drafter(holding, sheet)) is not None:
            published += _publish(Actor(drafter, on=on), sheet, at=at)
    return published


@cache
def _people():
    return Prepared(User.objects.filter(pk__within=Given("people")))


def _drafter(holding, sheet):
    """Somebody who may draft, rather not one of those who release."""
    release = holding.turn_at(sheet.step_rules.role, sheet.unit_id).people
    able = _people().of(people=drafters(holding, sheet.step_rules, sheet.unit_id))
    return min(able, key=lambda user: (user.pk in release, user.number), default=None)


def _publish(actor, sheet, *, at):
    for bundle in drafting.bundles_for(actor):
        if (bundle.task.pk, bundle.step.code) == (sheet.task_id, sheet.step) and sheet in bundle.sheets:
            chosen = {one.pk for one in bundle.sheets}
            notice = drafting.draft(bundle, chosen, title=bundle.title, actor=actor, at=at)
            able = releasers(notice, policies.Holding.of(actor)).people
            releaser = User.objects.filter(pk__in=able).order_by("number").first()
            return [releasing.release(notice, actor=Actor(releaser, on=actor.on), reviewed=True, at=at)]
    return []


class ListPublisher:
    """The home unit's standing list, drafted by its liaison, released by its head, and put up."""

    def __init__(self, campus, agenda, players):
        self.campus, self.agenda, self.players = campus, agenda, players

    def journeys(self):
        """List the journey, none where there are too few days, or the rule book has no standing lists."""
        dates = [day for day in self.agenda.days if day < self.campus.year.today][-DAYS:]
        kinds = [kind for kind in self.campus.rules.notices if kind.verb == "standing"]
        return [self._published(kinds[0], dates)] if kinds and len(dates) == DAYS else []

    def _by(self, user):
        return {"actor": self.players.actor(user), "at": self.agenda.at}

    def _published(self, kind, dates):
        yield moment(dates[0], 15)
        home, liaison = self.campus.home, self.campus.home.liaison.user
        scheme = self.campus.scheme
        if not publishing.has_rows(kind, scheme, home.unit, dates[0]):
            return
        made = publishing.draft_list(kind, scheme, home.unit, **self._by(liaison))
        yield moment(dates[1], 11)
        publishing.release(made, reviewed=True, **self._by(home.head.user))
        if (place := made.notice_places.first()) is not None:
            places.post(place, self.agenda.today, **self._by(liaison))


class Corrector:
    """A notice whose title leaves the year out: a colleague says so, and the office sets it right."""

    def __init__(self, campus, agenda, players):
        self.campus, self.agenda, self.players = campus, agenda, players
        self.office = campus.personas[OFFICE_PERSONAS[0].number]

    def journeys(self):
        """List the journey, none where the rule book publishes no sheets."""
        steps = (step for route in self.campus.rules.routes.values() for step in route.steps)
        return [self._corrected()] if any(step.kind == StepKind.PUBLICISE for step in steps) else []

    def _by(self, user):
        return {"actor": self.players.actor(user), "at": self.agenda.at}

    def _corrected(self):
        places = [place for place in self.campus.places if not place.is_home and place is not self.campus.office]
        colleagues = {place.unit.pk: place.seats[-1].user for place in places}
        notice = None
        for day in self.agenda.days:
            yield moment(day, 11)
            rows = _to_correct().of(day=day, later=days.add_days(day, 3), units=[*colleagues])
            notice = next((one for one in rows if one.unit.name in one.title), None)
            if notice is not None:
                break
        if notice is None:
            return
        said = {"text": WITHOUT_YEAR, "category": Objection.Category.CONTENT}
        objection, _ = objections.object_to(notice, **said, **self._by(colleagues[notice.unit_id]))
        yield moment(days.add_working_days(self.agenda.today, 1), 9)
        right = {"wrong": notice.unit.name, "right": f"{notice.unit.name}{self.campus.year.number}年度"}
        finding = Objection.Finding.CORRECTED
        objections.handle(objection, handling=YEAR_ADDED, finding=finding, **right, **self._by(self.office))


@cache
def _to_correct():
    notices = PublicityNotice.objects.running(Given("day")).filter(unit__within=Given("units"))
    return Prepared(notices.filter(ends_on__gt=Given("later")).order_by("pk"))
