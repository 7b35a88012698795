"""How the demo's people publish: whoever may draft a notice bundles what waits, another releases it."""

from registers.actors import Actor
from registers.models import User
from workflows import policies
from workflows.policies.publicity import drafters, releasers
from workflows.publicity import drafting, releasing


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
