"""The scheme desk: rule books looked at, rewritten, checked, published, copied; nothing typed is lost, nothing is published broken."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from registers.models import AuditEntry, Scheme, SchemeDraft
from registers.refusals import Stale
from registers.schemes.checking import loading
from registers.schemes.desk import borrowed, drafts
from registers.text import without_unseen
from tests.factories import make_scheme
from tests.noscript import Plain
from tests.registers.mutated import HOSTILE, NAMED
from workflows.campaign import campaigns
from workflows.deadlines import holidays

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


@pytest.fixture
def registrar(campus, clock):
    return Plain(campus.registrar)


def begin(registrar, scheme, **fields):
    registrar.client.post(reverse("scheme_begin"), {"base": scheme.pk, **fields})
    return SchemeDraft.objects.latest("pk")


def save(registrar, draft, text, *, version=None):
    version = draft.version if version is None else version
    address = reverse("scheme_edit", args=[draft.pk])
    answer = registrar.client.post(address, {"text": text, "title": draft.title, "version": version})
    draft.refresh_from_db()
    return answer


def publish(registrar, draft):
    return registrar.client.post(reverse("scheme_publish", args=[draft.pk]), {"version": draft.version}, follow=True)


def upload(registrar, content, name="某校.yaml"):
    file = SimpleUploadedFile(name, content)
    return registrar.client.post(reverse("scheme_begin"), {"kind": "upload", "file": file}, follow=True)


def test_list_shows_every_book_and_the_one_in_use(registrar, campus):
    make_scheme("nwnu-2012")
    words = registrar.go(reverse("scheme_list")).words
    assert "长春医学高等专科学校风险岗位廉能管理工作实施方案 本单位采用" in words
    assert "西北师范大学全面推进廉政风险防控工作实施方案" in words


@pytest.mark.parametrize("number", ["clerk", "head", "office", "sys_admin", "auditor"])
def test_desk_is_for_registrars(campus, clock, registrar, number):
    draft = begin(registrar, campus.scheme)
    other = Plain(getattr(campus, number)).client
    doors = [
        reverse("scheme_list"),
        reverse("scheme_edit", args=[draft.pk]),
        reverse("scheme_publish", args=[draft.pk]),
    ]
    doors += [
        reverse("scheme_draft_preview", args=[draft.pk, "routes"]),
        reverse("scheme_preview", args=[campus.scheme.pk, "calendar"]),
    ]
    assert {other.get(door).status_code for door in doors} == {403}
    posts = [reverse("scheme_begin"), reverse("scheme_choose"), *doors[1:3], reverse("scheme_discard", args=[draft.pk])]
    assert {other.post(door, {"base": campus.scheme.pk}).status_code for door in posts} == {403}
    assert SchemeDraft.objects.count() == 1


def test_draft_begins_as_the_file_was_written(registrar, campus):
    Scheme.objects.update(source="# 一句说明\nidentity:\n")
    assert begin(registrar, campus.scheme).text == "# 一句说明\nidentity:\n"


def test_draft_of_a_version_without_its_file_says_the_same(registrar, campus):
    draft = begin(registrar, campus.scheme)
    _, document = loading.read_text(draft.text, "x")
    assert document == campus.scheme.document


def test_every_problem_is_shown_at_once_and_nothing_is_lost(registrar, campus):
    draft = begin(registrar, campus.scheme)
    broken = (
        draft.text.replace("kind: copy", "kind: photocopy")
        .replace("rank: 2", "rank: zwei", 1)
        .replace("product_word", "produkt_word")
    )
    save(registrar, draft, broken)
    assert draft.text == broken
    words = registrar.go(reverse("scheme_edit", args=[draft.pk])).words
    assert "3 处问题" in words
    for told in ("“kind”的值“photocopy”不在允许的范围内", "“rank”应为整数", "是否应写作“product_word”"):
        assert told in words
    assert Scheme.objects.get(slug="changchun-2016", is_current=True) == campus.scheme


def test_no_text_makes_a_page_fail(registrar, campus):
    draft = begin(registrar, campus.scheme)
    pages = [reverse("scheme_edit", args=[draft.pk]), reverse("scheme_publish", args=[draft.pk])]
    for name, text in ((name, HOSTILE[name]) for name in NAMED):
        answer = save(registrar, draft, text)
        assert answer.status_code == 302, name
        assert draft.text == without_unseen(text)[0], name  # nothing that cannot be seen comes in
        assert registrar.client.get(pages[0]).status_code == 200, name
        assert registrar.client.post(pages[1], {"version": draft.version}).url == pages[0], name
    assert Scheme.objects.count() == 1


def test_text_is_checked_once_however_often_it_is_looked_at(registrar, campus, monkeypatch):
    draft = begin(registrar, campus.scheme)
    save(registrar, draft, draft.text.replace("kind: copy", "kind: photocopy"))
    address = reverse("scheme_edit", args=[draft.pk])
    registrar.go(address)
    shown = registrar.go(address).words
    drafts.checked.cache_clear()
    monkeypatch.setattr(loading, "read_text", None)
    assert registrar.go(address).words == shown
    assert "“kind”的值“photocopy”不在允许的范围内" in shown


def test_what_cannot_be_saved_is_said_and_kept_on_the_page(registrar, campus):
    draft = begin(registrar, campus.scheme)
    address = reverse("scheme_edit", args=[draft.pk])
    before = draft.text
    answer = registrar.client.post(address, {"title": "长" * 121, "text": "甲: 1", "version": draft.version})
    words = answer.content.decode()
    assert answer.status_code == 422
    assert "草稿名称最多 120 字，现有 121 字，没有保存" in words
    assert "长" * 121 in words
    assert "甲: 1" in words
    draft.refresh_from_db()
    assert draft.text == before


def test_two_editors_never_overwrite_each_other(registrar, campus):
    draft = begin(registrar, campus.scheme)
    seen = draft.version
    save(registrar, draft, "甲: 1")
    answer = save(registrar, draft, "乙: 2", version=seen)
    assert answer.status_code == 409
    assert "乙: 2" in answer.content.decode()
    assert "已被他人保存" in answer.content.decode()
    assert draft.text == "甲: 1"


def test_publishing_makes_a_version_and_campaigns_keep_theirs(registrar, campus, clock):
    campaign = campaigns.open_campaign(scheme=campus.scheme, institution=campus.root, year=2026, at=clock.now)
    draft = begin(registrar, campus.scheme)
    save(registrar, draft, draft.text.replace("label: 思想道德", "label: 思想作风"))
    page = registrar.go(reverse("scheme_publish", args=[draft.pk])).words
    assert "成为第 2 版" in page
    assert "仍按第 1 版进行" in page
    assert "风险类别 › “思想作风” › 名称 思想道德 思想作风" in page
    publish(registrar, draft)
    current = Scheme.objects.get(slug="changchun-2016", is_current=True)
    assert (current.version, current.rules.categories[0].label) == (2, "思想作风")
    assert not SchemeDraft.objects.exists()
    campaign.refresh_from_db()
    assert campaign.scheme.version == 1
    assert AuditEntry.objects.filter(act="scheme.load", actor=campus.registrar).exists()


def test_same_content_makes_no_version(registrar, campus):
    draft = begin(registrar, campus.scheme)
    save(registrar, draft, f"# 只多了一行说明\n{draft.text}")
    assert "没有产生新版本" in publish(registrar, draft).content.decode()
    assert Scheme.objects.count() == 1


def test_who_publishes_second_is_told(registrar, campus, clock):
    draft = begin(registrar, campus.scheme)
    save(registrar, draft, draft.text.replace("label: 思想道德", "label: 思想作风"))
    stale = SchemeDraft.objects.get(pk=draft.pk)
    publish(registrar, draft)
    with pytest.raises(Stale):
        drafts.publish(stale, seen=stale.version, actor=campus.actor(campus.registrar), at=clock.now)
    assert registrar.client.post(reverse("scheme_publish", args=[stale.pk])).status_code == 404
    assert Scheme.objects.count() == 2


def test_copy_is_another_institutions(registrar, campus):
    Scheme.objects.update(source=f"# 底本的说明\n{drafts.text_of(campus.scheme)}")
    fields = {"kind": "copy", "slug": "sixth-2026", "institution": "第六: 学院", "product_word": "廉洁风险防控"}
    draft = begin(registrar, campus.scheme, **fields)
    rules, _ = loading.read_text(draft.text, "x")
    assert (rules.identity.slug, rules.identity.institution, rules.identity.product_word) == (
        "sixth-2026", "第六: 学院", "廉洁风险防控",
    )  # fmt: skip
    assert draft.text.startswith("# 底本的说明\n")
    assert rules.tasks == campus.scheme.rules.tasks
    publish(registrar, draft)
    assert set(Scheme.objects.filter(is_current=True).values_list("slug", flat=True)) == {
        "changchun-2016",
        "sixth-2026",
    }


def test_copy_without_a_name_is_refused_with_what_was_typed(registrar, campus):
    answer = registrar.client.post(
        reverse("scheme_begin"), {"kind": "copy", "base": campus.scheme.pk, "slug": "第六", "institution": "第六学院"}
    )
    words = answer.content.decode()
    assert answer.status_code == 422
    assert "方案代号用小写字母开头" in words
    assert "第六学院" in words
    assert not SchemeDraft.objects.exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "请选择一个方案文件"),
        ("名称: 某校".encode("gb18030"), "不是 UTF-8 编码"),
        (b"PK\x03\x04\x00\x00", "不是文本文件"),
        (b"a" * 2_000_001, "不应超过 2 MB"),
    ],
)
def test_file_that_is_no_scheme_is_refused(registrar, content, told):
    assert told in upload(registrar, content).content.decode()
    assert not SchemeDraft.objects.exists()


def test_uploaded_file_becomes_a_draft_with_all_its_faults(registrar):
    answer = upload(registrar, "\ufeffidentity:\r\n  slug: x\r\n".encode())
    assert "缺少“institution”" in answer.content.decode()
    assert SchemeDraft.objects.get().text == "identity:\n  slug: x\n"


@pytest.mark.parametrize("part", ["calendar", "routes", "papers", "changes"])
@pytest.mark.parametrize("slug", ["changchun-2016", "jiangsu-dynamic", "nwnu-2012"])
def test_every_part_can_be_looked_at_before_and_after(registrar, part, slug):
    scheme = make_scheme(slug)
    draft = begin(registrar, scheme)
    for address in (
        reverse("scheme_draft_preview", args=[draft.pk, part]),
        reverse("scheme_preview", args=[scheme.pk, part]),
    ):
        assert registrar.client.get(address).status_code == 200


def test_calendar_marks_what_deserves_a_second_look(registrar, campus, clock):
    holidays.seed([2026])
    words = registrar.go(reverse("scheme_preview", args=[campus.scheme.pk, "calendar"]) + "?year=2026").words
    assert "2026-10-31 周六 个人岗位风险等级评估截止 岗位责任人 晚于所属阶段“查找并评估风险等级阶段”的结束日期" in words
    assert "2026-09-20 周日 调休上班 个人岗位廉政风险自查截止" in words
    assert (
        "2026-09-25 周五 中秋节 审核风险点：单位领导小组集体审核截止 单位领导小组 截止日不是工作日（中秋节）" in words
    )


def test_routes_are_drawn_without_styles_or_scripts(registrar, campus):
    page = registrar.client.get(reverse("scheme_preview", args=[campus.scheme.pk, "routes"])).content.decode()
    assert page.count("<svg") == len(campus.scheme.rules.routes)
    picture = page[page.index("<svg") : page.rindex("</svg>")]
    assert "style=" not in picture
    assert "<script" not in picture


@pytest.mark.parametrize("form", ["pdf", "xlsx", "docx"])
def test_papers_come_blank_and_as_samples(registrar, campus, form):
    address = reverse("scheme_preview", args=[campus.scheme.pk, "papers"])
    for fill in ("blank", "sample"):
        answer = registrar.client.get(address, {"paper": "annex-4", "fill": fill, "form": form})
        assert answer.status_code == 200
        assert len(answer.content) > 2000
    assert registrar.client.get(address, {"paper": "annex-99"}).status_code == 404


def test_institution_follows_the_book_it_chooses(registrar, campus):
    make_scheme("nwnu-2012")
    assert Scheme.objects.in_use().slug == "changchun-2016"
    registrar.client.post(reverse("scheme_choose"), {"slug": "nwnu-2012"})
    assert Scheme.objects.in_use().slug == "nwnu-2012"
    assert "西北师范大学廉政风险点及风险等级汇总表" in Plain(campus.clerk).go(reverse("paper_list")).words


def test_discarded_draft_is_gone_and_on_record(registrar, campus):
    draft = begin(registrar, campus.scheme)
    registrar.client.post(reverse("scheme_discard", args=[draft.pk]))
    assert not SchemeDraft.objects.exists()
    assert AuditEntry.objects.filter(act="scheme.draft_deleted", actor=campus.registrar).exists()


def test_copy_leaves_issuer_and_dates_to_be_filled_in(registrar, campus):
    base = make_scheme("nwnu-2012")
    fields = {"kind": "copy", "slug": "sixth-2026", "institution": "第六学院", "product_word": "廉洁风险防控"}
    draft = begin(registrar, base, **fields)
    identity = loading.read_text(draft.text, "x")[0].identity
    assert {getattr(identity, name) for name in borrowed.OF_THE_DOCUMENT} == {""}
    words = registrar.go(reverse("scheme_publish", args=[draft.pk])).words
    assert "表格 › “西北师范大学廉政风险点及风险等级汇总表” › 标题写着“西北师范大学”" in words


def test_what_another_institution_issued_is_named_before_it_is_followed(registrar, campus):
    text = drafts.text_of(campus.scheme).replace("slug: changchun-2016", "slug: sixth-2026")
    Scheme.objects.update(source=text)
    draft = begin(registrar, campus.scheme)
    issuer, issued = campus.scheme.rules.identity.issued_by, campus.scheme.rules.identity.issued_on
    words = registrar.go(reverse("scheme_publish", args=[draft.pk])).words
    assert f"发文单位“{issuer}”与长春医学高等专科学校《风险岗位廉能管理工作实施方案》相同" in words
    assert f"发文日期“{issued}”" in words
    publish(registrar, draft)
    answer = registrar.client.post(reverse("scheme_choose"), {"slug": "sixth-2026"}, follow=True)
    assert f"该方案中还有其他单位的内容，请核对：发文单位“{issuer}”" in answer.content.decode()
