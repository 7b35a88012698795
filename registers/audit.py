"""The audit chain: append, verify, and the one vocabulary of acts.

Each entry carries a digest over itself and the entry before, so a changed, removed or reordered entry
shows. Entries hold ids and digests, never form text (等保 GB/T 22239 8.1.4).
"""

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from functools import cache

from django.db import transaction

from registers import clock
from registers.inserting import insert_instances
from registers.models import AuditEntry, AuditHead
from registers.prepared import Given, Prepared, PreparedUpdate
from registers.text import digest_of

GENESIS = "0" * 64


@dataclass(frozen=True)
class Act:
    """One kind of act: its Chinese label and, where it moves a submission, who gets a message about it.

    ``audience``: ``filler`` or ``next`` (those whom the submission waits for), empty where nobody gets a message or the act
    names its recipients. ``urgent``: a mail goes out at once, also to people who want one a day. ``asks``: the message asks
    for work on a submission. Once that no longer waits for the recipient, no mail asks for it any more.
    """

    label: str
    audience: str = ""
    urgent: bool = False
    asks: bool = False


ACTS = {
    "access.denied": Act("越权操作被拒绝"),
    "session.login": Act("登录"),
    "session.logout": Act("退出"),
    "session.login_failed": Act("登录失败"),
    "session.password": Act("修改密码"),
    "session.password_failed": Act("修改密码时当前密码错误"),
    "scheme.load": Act("载入方案"),
    "scheme.draft": Act("起草方案"),
    "scheme.draft_deleted": Act("删除方案草稿"),
    "scheme.choose": Act("选定采用的方案"),
    "ledger.export": Act("导出台账"),
    "paper.export": Act("导出表格"),
    "points.place": Act("对应风险点和权力事项"),
    "demo.clock": Act("调整演示时钟"),
    "regulation.add": Act("登记制度"),
    "regulation.change": Act("修改制度"),
    "organisation.change": Act("修改组织机构信息"),
    "organisation.plan": Act("登记待生效的机构变更"),
    "organisation.drop": Act("取消待生效的机构变更"),
    "organisation.refused": Act("机构变更未能生效"),
    "import.upload": Act("上传导入文件"),
    "import.accept": Act("导入单位、岗位或人员"),
    "import.drop": Act("放弃导入"),
    "standin.set_up": Act("设立代理"),
    "standin.end": Act("终止代理"),
    "person.add": Act("新增人员"),
    "person.change": Act("修改人员信息"),
    "person.transfer": Act("调动"),
    "person.leave": Act("离岗"),
    "person.disable": Act("停用账号"),
    "person.enable": Act("启用账号"),
    "role.appoint": Act("任职"),
    "role.dismiss": Act("免职"),
    "domain.take": Act("登记分管领域"),
    "domain.end": Act("结束分管领域"),
    "account.slip": Act("发放一次性密码"),
    "account.unlock": Act("解除登录锁定"),
}


def declare(acts):
    """Add another app's acts to the vocabulary.

    A code may be declared once: declaring it again with other values raises ``ValueError``.
    """
    for code, act in acts.items():
        if ACTS.get(code, act) != act:
            raise ValueError(f"act {code} is already declared")
        ACTS[code] = act


@transaction.atomic
def append(act, *, about=None, actor=None, acting_role="", detail=None, at=None):
    """Append one entry to the chain.

    Call it inside the transaction of the act, as its last write.
    ``about`` is a saved model instance or None, ``actor`` an ``Actor`` or None (the system), ``detail`` a JSON object
    of ids and digests. Locks the chain's head: two entries never share a predecessor. Raises ``KeyError`` for an act
    nobody declared. Inside ``at_the_end`` the entry is written with the others when that ends.
    """
    ACTS[act]
    entry = AuditEntry(
        at=at or clock.now(),
        actor_id=actor.user_id if actor else None,
        acting_role=acting_role,
        act=act,
        about=f"{about._meta.label_lower}:{about.pk}" if about is not None else "",
        detail=detail or {},
    )
    if (kept := _kept()) is None:
        _write([entry])
    else:
        kept.append(entry)


def _write(entries):
    """Lock the end of the chain and append the entries in their order."""
    if found := _end().of():
        head = found[0]
    else:
        head, _ = AuditHead.objects.select_for_update().get_or_create(pk=1, defaults={"hash": GENESIS})
    for number, entry in enumerate(entries, start=head.sequence + 1):
        entry.sequence, entry.previous_hash = number, head.hash
        entry.hash = head.hash = _digest(entry)
    insert_instances(entries)
    _new_end().of(sequence=head.sequence + len(entries), hash=head.hash)


@cache
def _end():
    return Prepared(AuditHead.objects.select_for_update().filter(pk=1))


@cache
def _new_end():
    return PreparedUpdate(AuditHead.objects.filter(pk=1), sequence=Given("sequence"), hash=Given("hash"))


_of_this_thread = threading.local()


def _kept():
    """Return the entries that wait for the end of an act in this thread, None outside of any."""
    return getattr(_of_this_thread, "entries", None)


@contextmanager
def at_the_end():
    """Write the entries of an act of several parts at its end, so that the chain is locked last.

    The order of locks is: campaign, phase or task; sheets; what hangs on them; what is on record; the end of the chain.
    An act that locked the chain's end and then a sheet could wait for one that has the sheet and waits for the chain.
    Also a decorator, below ``transaction.atomic``. Inside another the outer one writes.
    """
    outer = _kept()
    entries = _of_this_thread.entries = [] if outer is None else outer
    before = len(entries)
    try:
        yield
    except BaseException:
        del entries[before:]
        raise
    finally:
        _of_this_thread.entries = outer
    if outer is None and entries:
        _write(entries)


@contextmanager
def unwritten():
    """Forget the entries of an act that is taken back, also inside ``at_the_end``."""
    outer = _kept()
    _of_this_thread.entries = []
    try:
        yield
    finally:
        _of_this_thread.entries = outer


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold."""

    sequence: int
    what: str

    def __str__(self):
        return f"第 {self.sequence} 条：{self.what}"


def verify():
    """Walk the whole chain and return ``(entries read, list of Break)``.

    Memory use does not grow with the chain.
    """
    breaks, expected, previous, count = [], 1, GENESIS, 0
    for entry in AuditEntry.objects.order_by("sequence").iterator(chunk_size=2000):
        count += 1
        if entry.sequence != expected:
            breaks.append(Break(expected, f"缺少记录（下一条为第 {entry.sequence} 条）"))
        elif entry.previous_hash != previous:
            breaks.append(Break(entry.sequence, "与前一条不衔接（顺序被调换或前一条被替换）"))
        if entry.hash != _digest(entry):
            breaks.append(Break(entry.sequence, "内容与校验值不符（记录被改动）"))
        expected, previous = entry.sequence + 1, entry.hash
    head = AuditHead.objects.filter(pk=1).first()
    if head is not None and (head.sequence, head.hash) != (expected - 1, previous):
        breaks.append(Break(expected, "末尾记录被删除或链头被改动"))
    if head is None and count:
        breaks.append(Break(expected, "链头记录丢失"))
    return count, breaks


def _digest(entry):
    return digest_of(
        [
            entry.sequence,
            entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            entry.actor_id,
            entry.acting_role,
            entry.act,
            entry.about,
            entry.detail,
            entry.previous_hash,
        ]
    )
