"""Pages of the meetings of a body: the list, making one, its agenda, who came, the minutes."""

from functools import cache

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import audit, clock
from registers.access import Seen, can, require
from registers.papers.compose import compose
from registers.prepared import Given
from registers.refusals import Refused, Stale
from registers.views.one import one_or_404
from registers.views.paging import paged
from registers.views.papers import download
from registers.views.sent import number
from workflows import policies
from workflows.campaign import campaigns
from workflows.compiled import logs, minutes
from workflows.forms import meetings as forms
from workflows.models import Meeting, MeetingBallot, MeetingItem, MeetingSeat
from workflows.policies.meetings import body_members
from workflows.routing.meetings import agenda, deciding, recording
from workflows.views.form_pages import add_refusal
from workflows.views.years import years

CRUMB = "会议审议"
FASTER = "会议内容刚被他人修改，您的操作没有保存。请核对后重新办理。"


def visible(request, pk):
    """Return the meeting if the reader may see it, with what its pages need."""
    return one_or_404(_by_key(), request.actor, pk=pk)


@cache
def _by_key():
    related = ("campaign__scheme", "campaign__institution", "chair", "recorder")
    rows = Meeting.objects.filter(pk=Given("pk")).select_related(*related)
    return Seen(rows.defer("campaign__scheme__document", "campaign__scheme__source"))


def crumbs_of(meeting=None):
    """Return the way back from a page about meetings."""
    crumbs = [(CRUMB, reverse("meeting_list"))]
    return crumbs if meeting is None else [*crumbs, (str(meeting), reverse("meeting_detail", args=[meeting.pk]))]


@cache
def _rows():
    return Seen(Meeting.objects.select_related("chair", "campaign").defer("minutes"))


@require_safe
def meeting_list(request):
    """The meetings that the reader may see, newest first, and what waits for one.

    Context: ``page`` of meetings, ``campaign``, ``years``, ``waiting`` as (code, body, number of sheets, how many are late) for the office,
    ``may_make``.
    """
    chosen, actor = years(request), request.actor
    running = chosen.campaign or campaigns.current_or_yearly()
    may_make = bool(running and agenda.bodies_of(running)) and can(actor, "make", Meeting(campaign=running))
    waiting = []
    for code, body in agenda.bodies_of(running).items() if may_make else ():
        due = list(agenda.waiting_for(running, code).visible_to(actor).values_list("step_due_on", flat=True))
        waiting.append((code, body, len(due), sum(day is not None and day < clock.today() for day in due)))
    context = {
        "page": paged(request, _rows().parts(actor)),
        "campaign": running,
        "waiting": waiting,
        "may_make": may_make,
    }
    context["years"] = chosen
    return render(request, "workflows/meeting_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_add(request):
    """Prepare a meeting. Context: see ``_edit_page``."""
    running = years(request).campaign or campaigns.current_or_yearly()
    if running is None:
        raise Http404  # there is no campaign; the list explains that
    require(request.actor, "make", Meeting(campaign=running))
    bodies = [(code, body.label) for code, body in agenda.bodies_of(running).items()]
    if not bodies:
        raise Http404
    asked = (request.POST if request.method == "POST" else request.GET).get("body", "")
    code = asked if asked in dict(bodies) else bodies[0][0]
    options = {"bodies": bodies, **_people(running, code)}
    if request.method != "POST":
        start = {"body": code, "form": Meeting.Form.HELD, "held_on": clock.today(), "recorder": request.actor.user_id}
        start["number"] = agenda.next_number(running, code)
        return _edit_page(request, forms.MeetingForm(initial=start, **options))
    form = forms.MeetingForm(request.POST, **options)
    if not form.is_valid():
        return _edit_page(request, form)
    typed = form.cleaned_data
    try:
        made = agenda.make(
            running,
            body=typed["body"],
            form=typed["form"],
            values=form.values,
            actor=request.actor,
            at=clock.now(),
        )
    except Refused as refused:
        add_refusal(form, refused)
        return _edit_page(request, form)
    messages.success(request, "已建立。请选择列入议程的表。")
    return redirect("meeting_agenda", pk=made.pk)


def _people(campaign, code):
    """Who can preside and who can record."""
    holding = policies.Holding(clock.today())
    members = body_members(holding, campaign, code)
    recorders = holding.holders(policies.ORGANISER, campaign.institution_id)
    return {
        "members": [(user, holding.names[user]) for user in members],
        "recorders": [(user, holding.names[user]) for user in dict.fromkeys((*recorders, *members))],
    }


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_edit(request, pk):
    """Change when and where a body meets. Context: see ``_edit_page``."""
    meeting = visible(request, pk)
    require(request.actor, "change", meeting)
    people = _people(meeting.campaign, meeting.body)
    people["members"] = [(seat.user_id, seat.user.name) for seat in meeting.seats.select_related("user")]
    if request.method != "POST":
        start = {name: getattr(meeting, name) for name in ("number", "held_on", "held_at", "place")}
        start |= {"chair": meeting.chair_id, "recorder": meeting.recorder_id}
        return _edit_page(request, forms.MeetingForm(initial=start, **people), meeting=meeting)
    form = forms.MeetingForm(request.POST, **people)
    if not form.is_valid():
        return _edit_page(request, form, meeting=meeting)
    seen = number(request.POST.get("seen_version"))
    try:
        agenda.change(pk, values=form.values, seen_version=seen, actor=request.actor, at=clock.now())
    except Stale:
        form.add_error(None, FASTER)
        meeting.refresh_from_db(fields=["version"])
        return _edit_page(request, form, meeting=meeting)
    except Refused as refused:
        add_refusal(form, refused)
        return _edit_page(request, form, meeting=meeting)
    messages.success(request, "已保存。")
    return redirect("meeting_detail", pk=pk)


def _edit_page(request, form, *, meeting=None):
    """Render the form of a meeting. Context: ``form``, ``meeting`` (None for a new one), ``rules`` of bodies, ``crumbs``."""
    running = meeting.campaign if meeting else years(request).campaign or campaigns.current_or_yearly()
    context = {
        "form": form,
        "meeting": meeting,
        "rules": [meeting.rules] if meeting else list(agenda.bodies_of(running).values()),
        "crumbs": crumbs_of(meeting),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "workflows/meeting_edit.html", context, status=status)


@require_safe
def meeting_detail(request, pk):
    """One meeting. Context: see ``_page``."""
    return _page(request, visible(request, pk))


def _page(request, meeting, *, form=None, error="", status=200):
    """Render one meeting.

    Context: ``meeting``, ``protocol`` (items with ``tally``, ``missing``, ``moved``, ``mine``), ``rows`` of the agenda, ``faults`` that
    keep the minutes from being signed, ``digest`` of what would be signed, ``form`` (the signature), ``may`` (verdicts by act),
    ``votes`` to choose from, ``papers``, ``error``, ``crumbs``.
    """
    actor = request.actor
    readable = MeetingItem.objects.visible_to(actor)
    protocol = minutes.protocol_of(meeting, on=clock.today(), items=readable)
    may = {act: can(actor, act, meeting) for act in ("change", "record", "vote", "sign")}
    for item in protocol.items:
        item.moved = meeting.is_open and item.submission_id is not None and item.submission.version != item.seen_version
        item.mine = next((ballot for ballot in item.ballots.all() if ballot.member_id == actor.user_id), None)
        item.avoided = actor.user_id in item.tally.avoiding
        item.typed_vote = request.POST.get(f"vote-{item.pk}", item.mine.vote if item.mine else "")
        item.typed_words = request.POST.get(f"words-{item.pk}", item.mine.words if item.mine else "")
        item.reads = item.submission_id is not None
    context = {
        "meeting": meeting,
        "protocol": protocol,
        "rows": protocol.agenda_rows(),
        "faults": deciding.faults(protocol) if meeting.is_open and meeting.called_at else [],
        "digest": minutes.digest_of_minutes(protocol.minutes()) if may["sign"] else "",
        "form": form or forms.SignatureForm(request=request),
        "may": may,
        "votes": MeetingBallot.Vote.choices,
        "papers": logs.papers_about(meeting.campaign.scheme.rules, "meeting"),
        "error": error,
        "open_items": [item for item in protocol.items if not item.outcome],
        "crumbs": crumbs_of(),
    }
    return render(request, "workflows/meeting_detail.html", context, status=status)


@require_POST
def meeting_call(request, pk):
    """Invite the members."""
    meeting = visible(request, pk)
    try:
        agenda.call(pk, actor=request.actor, at=clock.now())
    except Refused as refused:
        return _page(request, meeting, error=str(refused), status=422)
    messages.success(request, "已通知全体成员。")
    return redirect("meeting_detail", pk=pk)


@require_POST
def meeting_cancel(request, pk):
    """Call a meeting off."""
    meeting = visible(request, pk)
    reason = request.POST.get("reason", "")
    try:
        if len(reason) > 200:
            raise Refused(f"取消的原因最多 200 字，现有 {len(reason)} 字，请删减。", "reason")
        agenda.cancel(pk, reason=reason, actor=request.actor, at=clock.now())
    except Refused as refused:
        return _page(request, meeting, error=str(refused), status=422)
    messages.success(request, "会议已取消，议程上的表可以列入其他会议。")
    return redirect("meeting_detail", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_attendance(request, pk):
    """Record who came.

    Context: ``meeting``, ``seats`` (each with ``typed``), ``marks`` as (code, label), ``error``, ``crumbs``.
    """
    meeting = visible(request, pk)
    require(request.actor, "record", meeting)
    seats, error = list(meeting.seats.select_related("user__unit")), ""
    if request.method == "POST":
        try:
            recording.attend(
                pk,
                forms.marks(request.POST, seats),
                rest=request.POST.get("rest") == "yes",
                seen_version=number(request.POST.get("seen_version")),
                actor=request.actor,
                at=clock.now(),
            )
        except (Refused, Stale) as why:
            error = FASTER if isinstance(why, Stale) else str(why)
            meeting.refresh_from_db(fields=["version"])
        else:
            messages.success(request, "出席情况已登记。")
            return redirect("meeting_detail", pk=pk)
    for seat in seats:
        seat.typed = request.POST.get(f"mark-{seat.user_id}", seat.mark)
    context = {
        "meeting": meeting,
        "seats": seats,
        "marks": [(mark.value, mark.label) for mark in MeetingSeat.Mark if mark.value],
        "error": error,
        "crumbs": crumbs_of(meeting),
    }
    return render(request, "workflows/meeting_attendance.html", context, status=422 if error else 200)


@require_POST
def meeting_agree(request, pk):
    """Record that everything not decided otherwise is agreed."""
    meeting = visible(request, pk)
    seen = number(request.POST.get("seen_version"))
    try:
        left = recording.agree_rest(pk, seen_version=seen, actor=request.actor, at=clock.now())
    except (Refused, Stale) as why:
        said = FASTER if isinstance(why, Stale) else str(why)
        return _page(request, visible(request, pk), error=said, status=409 if isinstance(why, Stale) else 422)
    for item, why in left:
        messages.warning(request, f"第 {item.position} 项没有记为同意：{why}")
    if not left:
        messages.success(request, "其余议题均已记为同意。")
    return redirect("meeting_detail", pk=meeting.pk)


@require_POST
def meeting_vote(request, pk):
    """Give one's own votes on a circulated decision."""
    meeting = visible(request, pk)
    require(request.actor, "vote", meeting)
    items = list(MeetingItem.objects.visible_to(request.actor).filter(meeting=meeting))
    given = forms.ballots(request.POST, items)
    if request.POST.get("rest") == "yes":  # what concerns the reader is not asked of him
        protocol = minutes.protocol_of(meeting, on=clock.today())
        out = {item.pk for item in protocol.items if request.actor.user_id in item.tally.avoiding}
        given = {item: said for item, said in given.items() if item not in out}
    if not given:
        return _page(request, meeting, error="还没有表决，请选择同意、不同意或弃权。", status=422)
    if wrong := forms.too_long(words for _, words in given.values()):
        return _page(request, meeting, error=wrong, status=422)
    try:
        recording.vote(pk, given, actor=request.actor, at=clock.now())
    except Stale:
        return _page(request, meeting, error="有的议题刚有变动，您的表决没有记录，请核对后重新表决。", status=409)
    except Refused as refused:
        return _page(request, meeting, error=str(refused), status=422)
    messages.success(request, "表决已记录，签署前可以更改。")
    return redirect("meeting_detail", pk=pk)


@require_POST
def meeting_sign(request, pk):
    """Sign the minutes as the chair, so that every item takes effect."""
    meeting = visible(request, pk)
    require(request.actor, "sign", meeting)
    form = forms.SignatureForm(request.POST, request=request)
    if not form.is_valid():
        if form.has_error("password", "wrong"):
            audit.append("meeting.not_signed", about=meeting, actor=request.actor)
        return _page(request, meeting, form=form, status=422)
    try:
        items = deciding.sign(pk, seen_digest=request.POST.get("seen_digest", ""), actor=request.actor, at=clock.now())
    except Stale as stale:
        return _page(request, visible(request, pk), error=str(stale), status=409)
    except Refused as refused:
        return _page(request, meeting, error="；".join(refused.messages), status=422)
    failed = [item for item in items if item.result in (MeetingItem.Result.FAILED, MeetingItem.Result.OPEN)]
    if failed:
        messages.warning(
            request, f"纪要已签署。{len(items) - len(failed)} 项已办理，{len(failed)} 项没有办成，原因见下。"
        )
    else:
        messages.success(request, "纪要已签署，会议决定已经办理。")
    return redirect("meeting_detail", pk=pk)


@require_safe
def meeting_file(request, pk, slug, form):
    """The agenda or the minutes of a meeting as a paper, with the items that the reader may read."""
    meeting = visible(request, pk)
    layout = logs.papers_about(meeting.campaign.scheme.rules, "meeting").get(slug)
    if layout is None:
        raise Http404
    readable = MeetingItem.objects.visible_to(request.actor)
    protocol = minutes.protocol_of(meeting, on=clock.today(), items=readable)
    audit.append("paper.export", about=meeting, actor=request.actor, detail={"form": form, "paper": slug})
    paper = compose(layout, minutes.about_meeting(layout, protocol))
    return download(request, paper, form, f"{layout.title}（{meeting}）")
