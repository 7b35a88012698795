"""How the demo's people publish: notices of what waits, and the home unit's list of powers."""

from registers.actors import Actor
from registers.models import User
from workflows import policies
from workflows.demo.year import moment
from workflows.policies.publicity import drafters, releasers
from workflows.publicity import drafting, places, publishing, releasing

DAYS = 3  # working days before the demo's day on which the list is drafted


def publish_waiting(*, on, at, tasks=None):
    """Draft and release notices of all sheets that wait for one on the day ``on``, and return the notices.

    ``tasks``: of these campaign tasks only.
    """
    holding, published, tried = policies.Holding(on), [], set()
    for sheet in drafting.waiting():
        place = (sheet.task_id, sheet.step, sheet.unit_id)
        if place in tried or (tasks is not None and sheet.task_id not in tasks):
            continue
        tried.add(place)
        if (drafter := _drafter(holding, sheet)) is not None:
            published += _publish(Actor(drafter, on=on), sheet, at=at)
    return published


def _drafter(holding, sheet):
    """Somebody who may draft, rather not one of those who release."""
    release = holding.acting(sheet.step_rules.role, sheet.unit_id).people
    able = User.objects.filter(pk__in=drafters(holding, sheet.step_rules, sheet.unit_id))
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
