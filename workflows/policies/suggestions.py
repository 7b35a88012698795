"""Who reads suggestions, and who may know who made them (R1-16)."""

from django.db.models import Q

from registers.access import YES, PolicyOfFacts, no, policy
from registers.actors import GROUP_MEMBER
from workflows.policies.queues import fills_for

READERS = ("unit_head", GROUP_MEMBER)


@policy("workflows.Suggestion")
class SuggestionPolicy(PolicyOfFacts):
    """His own, those for his post or his unit, those of units he leads, and all for the office.

    Office staff of the unit itself keep out, as with objections: they are colleagues of the person who suggested.
    """

    def facts(self, actor):
        """Return who the actor is, his posts, where he works, and for which units he acts in which part."""
        units = {"fills": fills_for(actor), "answers": actor.unit_ids(*READERS), "office": actor.unit_ids("office")}
        return {"person": actor.user_id, "posts": actor.post_ids, "home": actor.home_unit_ids, **units}

    def readable(self, facts):
        addressed = Q(post__within=facts["posts"]) | Q(post=None, unit__within=facts["fills"])
        answerable = Q(unit__within=facts["answers"])
        office = Q(unit__within=facts["office"]) & ~Q(unit__within=facts["home"])
        return Q(author=facts["person"]) | Q(withdrawn_at=None) & (addressed | answerable | office)

    def may_know_author(self, actor, suggestion):
        """See the name of the author.

        A leader or a group suggests by name. A colleague is named to the unit's group and the office alone, never to
        the person whom his suggestion is for.
        """
        if not suggestion.peer or suggestion.author_id == actor.user_id:
            return YES
        if suggestion.post_id in actor.post_ids:
            return no("群众建议不向本人显示建议人。")
        if suggestion.unit_id in actor.unit_ids(GROUP_MEMBER):
            return YES
        if suggestion.unit_id in actor.unit_ids("office") and suggestion.unit_id not in actor.home_unit_ids:
            return YES
        return no("群众建议只向单位领导小组和学校领导小组办公室显示建议人。")

    def may_withdraw(self, actor, suggestion):
        if suggestion.author_id != actor.user_id:
            return no("只能撤回自己提出的建议。")
        if suggestion.withdrawn_at is not None:
            return no("该建议已经撤回。")
        if suggestion.outcome:
            return no("该建议已有答复，不能撤回。")
        return YES if suggestion.campaign.state == "open" else no("该年度活动已经结束，建议不能再撤回。")
