"""Pages for suggesting risk points to others, and the answers on the form of a submission."""

from functools import cache

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import clock
from registers.access import Seen, can
from registers.models import Incumbency, Post, Unit
from registers.prepared import Given
from registers.refusals import Refused
from registers.responsible import names_by_post
from registers.schemes.language import Level
from registers.views.organisation import crumbs_of
from registers.views.paging import paged
from registers.views.sent import key, sought
from workflows import suggestions
from workflows.campaign import campaigns
from workflows.forms.suggestions import SuggestionForm
from workflows.models import Suggestion
from workflows.sheets import drafts

POSTS_SHOWN = 20  # posts a search shows
SPOKEN = {suggestions.LEADER: "领导", suggestions.ORGANISATION: "组织", suggestions.PEERS: "群众"}


@cache
def _rows():
    rows = Suggestion.objects.select_related("campaign__scheme", "unit", "post", "author", "answered_by")
    rows = rows.defer("campaign__scheme__document", "campaign__scheme__source").order_by("-at", "-pk")
    mine = Q(author=Given("reader"))
    return Seen(rows, choices={"mine": mine, "received": ~mine})


@require_safe
def suggestion_list(request):
    """Suggestions I made, or with ``view=received`` those for my post and the units I answer for.

    Context: ``page`` of suggestions from ``with_words``, each with ``may_withdraw``; ``received``, ``tabs``.
    """
    received = request.GET.get("view") == "received"
    chosen = ["received" if received else "mine"]
    page = paged(request, _rows().parts(request.actor, chosen, reader=request.actor.user_id))
    for row in page.rows:
        with_words(row, request.actor)
        row.may_withdraw = can(request.actor, "withdraw", row)
    address = reverse("suggestion_list")
    tabs = [("我提出的", address, not received), ("我可查看的", f"{address}?view=received", received)]
    return render(request, "workflows/suggestion_list.html", {"page": page, "received": received, "tabs": tabs})


def with_words(suggestion, actor):
    """Put on a suggestion what its reader is shown, and return it.

    Sets ``source_label``, ``category_label`` and ``who``.
    """
    rules = suggestion.campaign.scheme.rules
    suggestion.source_label = rules.label_of("finding_sources", suggestion.source) if suggestion.source else "建议"
    suggestion.category_label = rules.label_of("categories", suggestion.category) if suggestion.category else ""
    suggestion.who = suggestion.author.name if can(actor, "know_author", suggestion) else SPOKEN[suggestions.PEERS]
    return suggestion


@require_http_methods(["GET", "HEAD", "POST"])
def suggestion_make(request):
    """提建议 to the post ``post`` or the unit ``unit``, or a search for the post. Context: see ``_page``."""
    sent = request.POST if request.method == "POST" else request.GET
    post, unit = _target(request, sent)
    campaign = campaigns.current()
    if request.method != "POST" or campaign is None or unit is None:
        return _page(request, campaign, unit, post, status=422 if request.method == "POST" else 200)
    form = _form(request, campaign, unit, post, request.POST)
    if not form.is_valid():
        return _page(request, campaign, unit, post, form=form, status=422)
    typed = form.cleaned_data
    try:
        suggestions.suggest(campaign, unit=unit, post=post, actor=request.actor, at=clock.now(), **typed)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _page(request, campaign, unit, post, form=form, status=422)
    messages.success(request, "建议已送达填报人。采纳与否都会答复您；未答复前可以撤回。")
    return redirect("suggestion_list")


def _target(request, sent):
    if code := sent.get("post", ""):
        post = get_object_or_404(
            Post.objects.visible_to(request.actor).existing(request.actor.on).select_related("unit"), code=code
        )
        return post, post.unit
    if code := sent.get("unit", ""):
        return None, get_object_or_404(Unit.objects.visible_to(request.actor).existing(request.actor.on), code=code)
    return None, None


def _form(request, campaign, unit, post, data=None):
    rules = campaign.scheme.rules
    level = Level.PERSONAL if post else Level.UNIT if unit.parent_id else Level.SCHOOL
    return SuggestionForm(
        data,
        categories=rules.categories_for(level),
        sources=suggestions.sources_for(rules, suggestions.source_of(request.actor, unit.pk)),
    )


def _page(request, campaign, unit, post, *, form=None, status=200):
    """Render the page of a new suggestion.

    Context: ``campaign``; with a target ``post``, ``unit``, ``holder``, ``form``, ``spoken`` (the part in which the
    reader speaks), ``peer``, ``crumbs``; without one ``q`` and the posts ``found`` as (post, holder's name).
    """
    context = {"campaign": campaign, "post": post, "unit": unit, "q": sought(request.GET, "q")}
    if campaign is not None and unit is not None:
        speaks = suggestions.source_of(request.actor, unit.pk)
        ways = suggestions.sources_for(campaign.scheme.rules, speaks)
        held = Incumbency.objects.visible_to(request.actor).in_force(request.actor.on).filter(post=post)
        context |= {
            "form": form or _form(request, campaign, unit, post),
            "spoken": ways[0].label if len(ways) == 1 else SPOKEN[speaks],
            "peer": speaks == suggestions.PEERS,
            "holder": names_by_post(held).get(post.pk) if post else None,
            "crumbs": crumbs_of(unit),
        }
    elif campaign is not None and context["q"]:
        context["found"] = _search(request, context["q"])
    return render(request, "workflows/suggestion_make.html", context, status=status)


def _search(request, q):
    posts = Post.objects.visible_to(request.actor).existing(request.actor.on).select_related("unit")
    held = Incumbency.objects.visible_to(request.actor).in_force(request.actor.on)
    called = Unit.objects.visible_to(request.actor).called(q).order_by()
    fitting = Q(name__icontains=q) | Q(unit__in=called) | Q(pk__in=held.filter(user__name=q).values("post"))
    posts = list(posts.filter(fitting).order_by("-is_risk_post", "unit__position", "code")[:POSTS_SHOWN])
    names = names_by_post(held.filter(post__in=posts))
    return [(post, names.get(post.pk, "")) for post in posts]


@require_POST
def suggestion_withdraw(request, pk):
    """Withdraw my suggestion."""
    suggestion = get_object_or_404(Suggestion.objects.visible_to(request.actor), pk=pk)
    suggestions.withdraw(suggestion.pk, actor=request.actor, at=clock.now())
    messages.success(request, "建议已撤回。")
    return redirect("suggestion_list")


# -- on the form of a submission ---------------------------------------------------------------------------


def answer(request, submission, content, *, sheet, seen):
    """Answer a suggestion on the form: take it over into the draft (``adopt``), or ``decline`` it.

    What else was typed is saved along with it. Returns the anchor of where to go on. Raises ``Stale`` or ``Refused``;
    then nothing has changed.
    """
    at, anchor = clock.now(), "#suggestions"
    with transaction.atomic():
        if "adopt" in request.POST:
            pk = _key(request, "adopt")
            where = request.POST.get(f"adopt-category-{pk}", "")
            entry = suggestions.take_over(pk, submission, sheet, actor=request.actor, category=where)
            content["entries"].append(entry)
            anchor = f"#e-{entry['key']}"
            messages.success(request, "建议已写入草稿，可以修改；提交后即为采纳。")
        else:
            pk = _key(request, "decline")
            suggestions.decline(
                pk, submission, actor=request.actor, at=at, answer=content.get("answers", {}).get(f"decline-{pk}", "")
            )
            del content["answers"][f"decline-{pk}"]  # it is said now
            messages.success(request, "已答复：不采纳。理由已送达建议人。")
        drafts.save(submission, content, actor=request.actor, seen=seen, at=at)
    return anchor


def _key(request, name):
    """The suggestion a button names, as far as there is one the reader may see. Raises ``Http404``."""
    return get_object_or_404(Suggestion.objects.visible_to(request.actor), pk=key(request.POST.get(name, ""))).pk


def beside(submission, content, actor):
    """The suggestions for the filler of ``submission``, answered ones last.

    Each has ``taken``: its entry is in the draft.
    """
    rows = suggestions.for_submission(submission).select_related("unit", "post", "author")
    keys = {entry["key"] for entry in content["entries"]}
    rows_shown = []
    for row in rows:
        row.campaign = submission.task.campaign
        row.taken = row.entry is not None and str(row.entry) in keys
        row.typed_answer = content.get("answers", {}).get(f"decline-{row.pk}", "")
        row.unanswered = not row.taken and row.outcome != Suggestion.Outcome.DECLINED
        rows_shown.append(with_words(row, actor))
    return sorted(rows_shown, key=lambda row: not row.unanswered)
