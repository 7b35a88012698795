"""The audit chain: what verification finds, what the database refuses, and that denied acts are on it."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from registers import audit
from registers.models import AuditEntry, AuditHead
from tests.factories import moment
from tests.personas import point

pytestmark = pytest.mark.database("sqlite", "postgresql")

AT = moment("2026-09-15 10:00")


@pytest.fixture
def chain(campus):
    """Five entries after the one that loading the scheme left."""
    for number in range(5):
        audit.append(
            "organisation.change",
            about=campus.unit,
            actor=campus.actor(campus.registrar),
            at=AT,
            detail={"number": number},
        )
    assert audit.verify() == (6, [])


def breaks():
    return [(found.sequence, found.what) for found in audit.verify()[1]]


CHANGED = "内容与校验值不符（记录被改动）"
LOOSE = "与前一条不衔接（顺序被调换或前一条被替换）"
CUT = "末尾记录被删除或链头被改动"


@pytest.mark.parametrize(
    "change",
    [
        {"act": "scheme.load"},
        {"about": "registers.unit:0"},
        {"detail": {"number": 9}},
        {"acting_role": "office"},
        {"actor": None},
        {"at": moment("2026-09-15 10:01")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_changed_entry_is_found(chain, change):
    AuditEntry.objects.filter(sequence=3).update(**change)

    assert breaks() == [(3, CHANGED)]


def test_entry_changed_with_its_hash_is_found(chain):
    entry = AuditEntry.objects.get(sequence=3)
    entry.detail = {"number": 9}
    AuditEntry.objects.filter(sequence=3).update(detail=entry.detail, hash=audit._digest(entry))

    assert breaks() == [(4, LOOSE)]


def test_removed_entry_is_found(chain):
    AuditEntry.objects.filter(sequence=3).delete()

    assert breaks() == [(3, "缺少记录（下一条为第 4 条）")]


def test_removed_first_entry_is_found(chain):
    AuditEntry.objects.filter(sequence=1).delete()

    assert breaks() == [(1, "缺少记录（下一条为第 2 条）")]


def test_reordered_entries_are_found(chain):
    AuditEntry.objects.filter(sequence=3).update(sequence=99)
    AuditEntry.objects.filter(sequence=4).update(sequence=3)
    AuditEntry.objects.filter(sequence=99).update(sequence=4)

    assert breaks() == [(3, LOOSE), (3, CHANGED), (4, LOOSE), (4, CHANGED), (5, LOOSE)]


def test_inserted_entry_is_found(chain):
    AuditEntry.objects.create(sequence=7, at=AT, act="scheme.load", previous_hash="0" * 64, hash="0" * 64)

    assert breaks() == [(7, LOOSE), (7, CHANGED), (8, CUT)]


def test_cut_tail_is_found(chain):
    AuditEntry.objects.filter(sequence__gte=5).delete()

    assert breaks() == [(5, CUT)]


def test_lost_head_is_found(chain):
    AuditHead.objects.all().delete()

    assert breaks() == [(7, "链头记录丢失")]


def test_emptied_chain_is_found_as_long_as_its_head_stands(chain):
    AuditEntry.objects.all().delete()

    assert breaks() == [(1, CUT)]


def test_command_tells_a_whole_chain_from_a_broken_one(chain, capsys):
    call_command("verify_audit")
    assert capsys.readouterr().out == "审计链完整，共 6 条。\n"

    AuditEntry.objects.filter(sequence=3).update(act="scheme.load")
    with pytest.raises(CommandError, match="审计链共 6 条，发现 1 处异常。"):
        call_command("verify_audit")
    assert capsys.readouterr().err == f"第 3 条：{CHANGED}\n"


def test_entry_holds_who_what_and_when(campus):
    audit.append(
        "ledger.export",
        about=campus.unit,
        actor=campus.actor(campus.office),
        acting_role="office",
        at=AT,
        detail={"as_of": "2026-09-15"},
    )

    entry = AuditEntry.objects.get(sequence=2)
    assert (entry.act, entry.about, entry.actor, entry.acting_role, entry.at, entry.detail) == (
        "ledger.export",
        f"registers.unit:{campus.unit.pk}",
        campus.office,
        "office",
        AT,
        {"as_of": "2026-09-15"},
    )


def test_undeclared_act_is_refused(db):
    with pytest.raises(KeyError):
        audit.append("coffee.made", at=AT)

    assert AuditEntry.objects.count() == 0


def test_act_is_declared_once_with_one_meaning():
    audit.declare({"scheme.load": audit.ACTS["scheme.load"]})

    with pytest.raises(ValueError, match=r"scheme\.load"):
        audit.declare({"scheme.load": audit.Act("别的意思")})


@pytest.mark.django_db(transaction=True)
def test_append_stands_on_its_own_outside_a_transaction():
    """Refusals and exports are put on record after the view's own transaction is over."""
    audit.append("session.login_failed", at=AT)
    audit.append("session.login", at=AT)

    assert audit.verify() == (2, [])


def test_entry_of_an_undone_act_is_undone_with_it(campus):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.append("organisation.change", at=AT)
        raise ZeroDivisionError

    audit.append("ledger.export", at=AT)
    assert list(AuditEntry.objects.order_by("sequence").values_list("sequence", "act")) == [
        (1, "scheme.load"),
        (2, "ledger.export"),
    ]
    assert audit.verify() == (2, [])


# --- The database's own refusal -------------------------------------------------------------------------


def test_migration_installs_the_triggers(audit_triggers):
    assert {name for name in audit_triggers if name.startswith("audit_")} == {
        "sqlite": {"audit_entry_no_update", "audit_entry_no_delete"},
        "postgresql": {"audit_entry_no_change", "audit_entry_no_truncate"},
    }[connection.vendor]


TAMPERINGS = {
    "update": "UPDATE registers_auditentry SET act = 'scheme.load'",
    "delete": "DELETE FROM registers_auditentry",
}


@pytest.mark.parametrize("statement", TAMPERINGS.values(), ids=TAMPERINGS)
def test_database_refuses_to_tamper(chain, audit_triggers, statement):
    with (
        pytest.raises(DatabaseError, match="audit entries are append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    audit.append("organisation.change", at=AT)
    assert audit.verify() == (7, [])


@pytest.mark.parametrize("statement", TAMPERINGS.values(), ids=TAMPERINGS)
def test_without_the_triggers_the_database_would_obey(chain, statement):
    """The control of the test above: these statements do change the table."""
    with connection.cursor() as cursor:
        cursor.execute(statement)

    assert breaks() != []


@pytest.mark.pg
def test_database_refuses_to_truncate(chain, audit_triggers):
    connection.check_constraints()  # a table with checks still pending cannot be truncated anyway
    with (
        pytest.raises(DatabaseError, match="audit entries are append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {AuditEntry._meta.db_table}")

    assert audit.verify() == (6, [])


# --- What is on the chain -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status", "act"), [("clerk", 403, "access.denied"), ("member", 302, "submission.vote")]
)
def test_refused_vote_is_on_record_as_denied_and_an_allowed_one_as_a_vote(year, client, who, status, act):
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    voter = getattr(year.campus, who)
    client.force_login(voter, backend="registers.sessions.People")

    response = client.post(
        reverse("submission_vote", args=[sheet.pk]), {"seen_version": sheet.version, "complete": "yes", "rest": "yes"}
    )

    entry = AuditEntry.objects.order_by("sequence").last()
    assert (response.status_code, entry.act, entry.actor) == (status, act, voter)
    if act == "access.denied":
        assert entry.detail == {"action": "decide", "about": f"workflows.submission:{sheet.pk}"}
    assert audit.verify()[1] == []
