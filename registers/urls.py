"""URL patterns of the registers app."""

from django.urls import path, register_converter

from registers.imports.synonyms import KINDS
from registers.views import (
    account,
    audits,
    demo,
    gravity,
    hints,
    imports,
    ledgers,
    organisation,
    papers,
    placing,
    posts,
    powers,
    regulations,
    risks,
)


class FileForm:
    """The file types a paper comes in."""

    regex = "pdf|xlsx|docx"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


register_converter(FileForm, "form")


class ImportKind:
    """The kinds of files that are taken over."""

    regex = "|".join(KINDS)

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


register_converter(ImportKind, "kind")

urlpatterns = [
    # account
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("password/", account.PasswordChange.as_view(), name="password_change"),
    path("password/done/", account.PasswordChanged.as_view(), name="password_change_done"),
    # units and posts
    path("units/", organisation.unit_list, name="unit_list"),
    path("units/<slug:code>/", organisation.unit_detail, name="unit_detail"),
    path("posts/<slug:code>/", posts.post_detail, name="post_detail"),
    # the register
    path("risks/", risks.risk_list, name="risk_list"),
    path("risks/order/", gravity.risk_order, name="risk_order"),
    path("risks/order/export/", gravity.risk_order_export, name="risk_order_export"),
    path("risks/<uuid:series>/", risks.risk_detail, name="risk_detail"),
    path("powers/", risks.power_list, name="power_list"),
    path("powers/doubts/", placing.point_doubts, name="point_doubts"),
    path("powers/doubts/<int:pk>/", placing.point_place, name="point_place"),
    path("powers/<uuid:series>/", powers.power_detail, name="power_detail"),
    path("powers/<uuid:series>/chart.pdf", powers.power_file, name="power_file"),
    # regulations
    path("regulations/", regulations.regulation_list, name="regulation_list"),
    path("regulations/add/", regulations.regulation_add, name="regulation_add"),
    path("regulations/import/", regulations.regulation_import, name="regulation_import"),
    path("regulations/<int:pk>/", regulations.regulation_detail, name="regulation_detail"),
    path("regulations/<int:pk>/edit/", regulations.regulation_edit, name="regulation_edit"),
    # imports
    path("imports/", imports.import_list, name="import_list"),
    path("imports/template/<kind:kind>.xlsx", imports.import_template, name="import_template"),
    path("imports/sample/<slug:kind>.xlsx", imports.import_sample, name="import_sample"),
    path("imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("imports/<int:pk>/columns/", imports.import_columns, name="import_columns"),
    path("imports/<int:pk>/answer/", imports.import_answer, name="import_answer"),
    path("imports/<int:pk>/tick/", imports.import_tick, name="import_tick"),
    path("imports/<int:pk>/accept/", imports.import_accept, name="import_accept"),
    path("imports/<int:pk>/drop/", imports.import_drop, name="import_drop"),
    path("imports/<int:pk>/file/", imports.import_file, name="import_file"),
    # hints
    path("hints/", hints.hint_list, name="hint_list"),
    # ledger
    path("ledger/", ledgers.ledger, name="ledger"),
    path("ledger/export/", ledgers.ledger_export, name="ledger_export"),
    path("jobs/<int:pk>/", ledgers.job_detail, name="job_detail"),
    path("jobs/<int:pk>/cancel/", ledgers.job_cancel, name="job_cancel"),
    path("jobs/<int:pk>/file/", ledgers.job_file, name="job_file"),
    # papers
    path("papers/", papers.paper_list, name="paper_list"),
    path("papers/<slug:slug>/", papers.paper_blank, name="paper_blank"),
    path("papers/<slug:slug>/blank.<form:form>", papers.paper_file, name="paper_file"),
    # audit
    path("audit/", audits.audit_list, name="audit_list"),
    # demo
    path("demo-clock/", demo.demo_clock, name="demo_clock"),
]
