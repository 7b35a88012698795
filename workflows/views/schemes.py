"""The scheme desk: stored rule books, drafts, and publishing a draft."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import clock
from registers.access import require
from registers.forms.fields import Text
from registers.models import Scheme, SchemeDraft
from registers.refusals import Refused, Stale
from registers.schemes import versions
from registers.schemes.checking import loading
from registers.schemes.desk import drafts
from registers.schemes.desk.borrowed import borrowed
from registers.schemes.desk.differences import differences
from registers.views.sent import number
from registers.views.units import school
from workflows.models import Campaign

LONGEST_TITLE = SchemeDraft._meta.get_field("title").max_length
LARGEST_FILE = 2_000_000  # bytes; the longest rule book so far has 30,000
CRUMBS = [("方案", "/schemes/")]


class CopyForm(forms.Form):
    """The names that make a copy another institution's."""

    slug = forms.RegexField(
        r"^[a-z][a-z0-9-]*$",
        label="方案代号",
        max_length=40,
        error_messages={
            "invalid": "方案代号用小写字母开头，只含小写字母、数字和连字符。",
            "required": "请填写方案代号。",
            "max_length": "方案代号最多 40 字，现有 %(show_value)d 字，请删减。",
        },
    )
    institution = Text("单位名称", most=80)
    product_word = Text("工作名称", most=40, initial="廉政风险防控")


def maintained(request):
    """Stop everybody who may not maintain rule books. Raises ``NotAllowed``."""
    require(request.actor, "maintain", Scheme)


def draft_or_404(request, pk):
    """A draft that the reader may see, with the version it was begun from."""
    return get_object_or_404(SchemeDraft.objects.visible_to(request.actor).select_related("base", "saved_by"), pk=pk)


@require_safe
def scheme_list(request):
    """Every rule book with its versions, and the drafts.

    Context: ``books`` as (version in force, earlier ones), the first with ``confirm``: what is asked before it is adopted;
    ``drafts``, ``in_use``, ``copy``.
    """
    maintained(request)
    return render(request, "workflows/scheme_list.html", _listed(request) | {"copy": CopyForm()})


def _listed(request):
    books = {}
    for scheme in Scheme.objects.visible_to(request.actor).defer("document", "source").order_by("slug", "-version"):
        books.setdefault(scheme.slug, []).append(scheme)
    root = school(request.actor)
    for current, *_ in books.values():
        current.confirm = _before_adopting(current, root)
    return {
        "books": [(versions[0], versions[1:]) for versions in books.values()],
        "drafts": SchemeDraft.objects.visible_to(request.actor)
        .select_related("base", "saved_by")
        .defer("text", "findings", "base__document", "base__source"),
        "in_use": Scheme.objects.visible_to(request.actor).in_use(),
    }  # fmt: skip


def _before_adopting(scheme, root):
    said = "今后开展的活动、表格样式和台账都按这份方案；已开展的活动不变。"
    if root is not None and scheme.institution != root.name:
        said += (
            f"方案的制定单位是“{scheme.institution}”，表格和台账上印的是这个校名；"
            f"“{root.name}”请先在本页下方复制为本校的方案。"
        )
    return f"{said}确定采用吗？"


@require_POST
def scheme_begin(request):
    """Begin a draft: from a stored version, as another institution's copy, or from a file.

    Parameters: ``kind``; ``base`` is the version's id.
    """
    maintained(request)
    kind = request.POST.get("kind", "")
    if kind == "upload":
        return _uploaded(request)
    base = get_object_or_404(Scheme.objects.visible_to(request.actor), pk=number(request.POST.get("base")))
    text, title = drafts.text_of(base), f"{base.institution}{base.title}"
    if kind == "copy":
        form = CopyForm(request.POST)
        if not form.is_valid():
            return render(
                request, "workflows/scheme_list.html", _listed(request) | {"copy": form, "copying": base.pk}, status=422
            )
        try:
            text = drafts.copied(text, **form.cleaned_data)
        except ValueError as problem:
            messages.error(request, str(problem))
            return redirect("scheme_list")
        title, base = f"{form.cleaned_data['institution']}{base.title}", None
    draft = drafts.begin(title=title, text=text, actor=request.actor, at=clock.now(), base=base)
    return redirect("scheme_edit", pk=draft.pk)


def _uploaded(request):
    file = request.FILES.get("file")
    problem, text = "", ""
    if file is None or not file.size:
        problem = "请选择一个方案文件（.yaml），所选文件为空或没有选择。"
    elif file.size > LARGEST_FILE:
        problem = (
            f"文件“{file.name[:60]}”有 {file.size // 1_000_000 + 1} MB，方案文件不应超过 2 MB，请检查是否选错了文件。"
        )
    else:
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            problem = f"文件“{file.name[:60]}”不是 UTF-8 编码的文本。请用文本编辑器另存为 UTF-8 编码后再上传。"
    if not problem and "\x00" in text:
        problem = f"文件“{file.name[:60]}”不是文本文件。请上传方案的 .yaml 文件。"
    if problem:
        messages.error(request, problem)
        return redirect("scheme_list")
    draft = drafts.begin(title=file.name, text=text.replace("\r\n", "\n"), actor=request.actor, at=clock.now())
    return redirect("scheme_edit", pk=draft.pk)


@require_http_methods(["GET", "POST"])
def scheme_edit(request, pk):
    """A draft's text with everything that is wrong with it. Context: see ``_editor``.

    Saving keeps any text, right or wrong.
    """
    maintained(request)
    draft = draft_or_404(request, pk)
    if request.method == "GET":
        return _editor(request, draft)
    text = request.POST.get("text", "").replace("\r\n", "\n")
    title = request.POST.get("title", "").strip() or draft.title
    if len(title) > LONGEST_TITLE:
        messages.error(request, f"草稿名称最多 {LONGEST_TITLE} 字，现有 {len(title)} 字，没有保存。请缩短后再保存。")
        draft.title, draft.text = title, text
        return _editor(request, draft, typed=True, status=422)
    try:
        drafts.save(
            draft,
            title=title,
            text=text,
            seen=number(request.POST.get("version")),
            actor=request.actor,
            at=clock.now(),
        )
    except Refused as refused:
        messages.error(request, str(refused))
        draft.text, draft.title = text, title
        return _editor(request, draft, status=422)
    except Stale as stale:
        draft = stale.current
        theirs, draft.text, draft.title = draft.text, text, title
        return _editor(request, draft, theirs=theirs, typed=True, status=409)
    messages.success(request, "已保存。")
    return redirect("scheme_edit", pk=draft.pk)


def _editor(request, draft, *, theirs=None, typed=False, status=200):
    """Render the editor of a draft.

    Context: ``draft``, ``findings`` as (finding, the line it is about), ``lines`` in all, ``theirs``: what somebody
    else saved. ``typed``: the text is not what was saved.
    """
    findings = drafts.checked(draft.text)[2] if typed else drafts.findings(draft)
    lines = draft.text.split("\n")
    shown = [
        (finding, lines[finding.line - 1].strip()[:80] if 0 < finding.line <= len(lines) else "")
        for finding in findings
    ]
    return render(
        request,
        "workflows/scheme_edit.html",
        {"draft": draft, "findings": shown, "lines": len(lines), "theirs": theirs, "crumbs": CRUMBS},
        status=status,
    )


@require_http_methods(["GET", "POST"])
def scheme_publish(request, pk):
    """What a new version would change, and the button that publishes it.

    Context: ``draft``, ``rules``, ``changes``, ``borrowed``, ``current``, ``campaigns``.
    """
    maintained(request)
    draft = draft_or_404(request, pk)
    if request.method == "POST":
        return _published(request, draft)
    findings = drafts.findings(draft)
    if findings:
        messages.error(request, f"方案还有 {len(findings)} 处问题，改正后才能发布。")
        return redirect("scheme_edit", pk=draft.pk)
    rules, document, _ = drafts.checked(draft.text)
    current = Scheme.objects.visible_to(request.actor).filter(slug=rules.identity.slug, is_current=True).first()
    running = Campaign.objects.visible_to(request.actor).filter(scheme__slug=rules.identity.slug, state="open")
    return render(
        request,
        "workflows/scheme_publish.html",
        {
            "draft": draft,
            "rules": rules,
            "current": current,
            "changes": differences(current.document, document) if current else [],
            "borrowed": borrowed(document, _documents_of_others(request, rules.identity.slug)),
            "campaigns": running.select_related("scheme"),
            "crumbs": [*CRUMBS, (draft.title, reverse("scheme_edit", args=[draft.pk]))],
        },
    )


def _documents_of_others(request, slug):
    current = Scheme.objects.visible_to(request.actor).filter(is_current=True).exclude(slug=slug)
    return list(current.order_by("slug").values_list("document", flat=True))


def _published(request, draft):
    try:
        scheme, created = drafts.publish(
            draft, seen=number(request.POST.get("version")), actor=request.actor, at=clock.now()
        )
    except Stale:
        messages.error(request, "该草稿刚被他人保存或发布，本次没有发布。请核对后再办理。")
        return redirect("scheme_list")
    except loading.SchemeFaults as faults:
        messages.error(request, f"方案还有 {len(faults.findings)} 处问题，没有发布。")
        return redirect("scheme_edit", pk=draft.pk)
    messages.success(request, f"{scheme}已发布。" if created else f"内容与{scheme}相同，没有产生新版本。")
    return redirect("scheme_list")


@require_POST
def scheme_discard(request, pk):
    """Delete a draft."""
    maintained(request)
    draft = draft_or_404(request, pk)
    drafts.discard(draft, actor=request.actor, at=clock.now())
    messages.success(request, f"草稿“{draft.title}”已删除。")
    return redirect("scheme_list")


@require_POST
def scheme_choose(request):
    """Let the institution follow another of the stored rule books.

    A running campaign keeps the version it was opened from.
    """
    maintained(request)
    scheme = get_object_or_404(
        Scheme.objects.visible_to(request.actor), slug=request.POST.get("slug", ""), is_current=True
    )
    root = school(request.actor)
    if root is None:
        messages.error(request, "还没有录入单位，不能选定方案。")
        return redirect("scheme_list")
    versions.adopt(scheme, root, actor=request.actor, at=clock.now())
    messages.success(request, f"今后采用{scheme.institution}《{scheme.title}》。")
    if found := borrowed(scheme.document, _documents_of_others(request, scheme.slug)):
        messages.warning(request, f"该方案中还有其他单位的内容，请核对：{'；'.join(found)}。")
    return redirect("scheme_list")
