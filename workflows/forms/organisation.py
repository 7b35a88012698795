"""Forms of the desk of units and posts. Each knows what it ``asked`` for, as JSON holds it."""

from django import forms

from registers import clock, posts
from registers.forms.fields import Text
from registers.models import Post, Unit, UnitAlias
from registers.text import without_unseen
from registers.units import kinds
from workflows.forms.laid import LaidForm, People, choice, choices, day, whole

NONE = [("", "不填")]
YES_NO = [("no", "否"), ("yes", "是")]
MOST_DUTIES = 20_000
LONGEST_TERM = 50  # years


def _length(model, name):
    return model._meta.get_field(name).max_length


class ChangeForm(LaidForm):
    """A change that counts from a day.

    ``subject``: the unit or the post, ``on``: today, ``units``: those that exist.
    """

    day_label, day_help = "生效日期", "填写以后的日期，到期自动生效。"
    order = None

    def __init__(self, *args, subject, on, units=(), domains=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.subject, self.today = subject, on
        self.fill(units, domains)
        self.fields["on"] = day(self.day_label, help_text=self.day_help)
        self.initial.setdefault("on", on)
        self.order_fields(self.order)

    def fill(self, units, domains):
        """Say what can be chosen, and what stands in the fields at first."""

    @property
    def asked(self):
        """What is asked for, without the day."""
        return {name: self.cleaned_data[name] for name in self.fields if name != "on"}


class _Named(ChangeForm):
    name = Text("单位名称", most=_length(Unit, "name"))
    code = Text("单位代码", most=_length(Unit, "code"), help_text="字母、数字、“-”“_”。已撤销单位用过的代码可以再用。")
    unit_type = choice("单位类型")

    def fill(self, units, domains):
        self.fields["unit_type"].choices = kinds()

    def clean_name(self):
        return without_unseen(self.cleaned_data["name"])[0].strip()


class ChildForm(_Named):
    """A new unit below another one."""


class EditForm(_Named):
    """Name, code, kind and place of a unit."""

    parent = choice("上级单位")

    def fill(self, units, domains):
        super().fill(units, domains)
        unit = self.subject
        if unit.parent_id and unit.unit_type not in dict(self.fields["unit_type"].choices):
            self.fields["unit_type"].choices += [(unit.unit_type, unit.unit_type)]  # of another rule book
        self.initial |= {"name": unit.name, "code": unit.code, "unit_type": unit.unit_type, "parent": unit.parent_id}
        self.fields["parent"].choices = [
            (other.pk, f"{other.name}（{other.code}）") for other in units if other != unit
        ]
        if unit.parent_id is None:
            del self.fields["parent"], self.fields["unit_type"]

    @property
    def asked(self):
        return super().asked | ({"parent": int(self.cleaned_data["parent"])} if "parent" in self.fields else {})


class MergeForm(ChangeForm):
    """Another unit that takes this one in."""

    into = choice(
        "并入单位", help_text="人员、岗位、下属单位和登记的内容都转到该单位；本单位的名称和代码成为它的别名。"
    )

    def fill(self, units, domains):
        others = [other for other in units if other != self.subject and other.parent_id is not None]
        self.fields["into"].choices = [(other.pk, f"{other.name}（{other.code}）") for other in others]

    @property
    def asked(self):
        return {"into": int(self.cleaned_data["into"])}


class DivideForm(_Named):
    """A unit that is parted from this one with some of its posts."""

    posts = choices("划入新单位的岗位", help_text="任职人随岗位转到新单位，未选的岗位留在原单位。")

    def fill(self, units, domains):
        super().fill(units, domains)
        self.initial.setdefault("unit_type", self.subject.unit_type)
        there = posts.of_unit(self.subject, self.today)
        self.fields["posts"].choices = [(str(post.pk), f"{post.name}（{post.code}）") for post in there]

    @property
    def asked(self):
        return super().asked | {"posts": sorted(int(pk) for pk in self.cleaned_data["posts"])}


class DayForm(ChangeForm):
    """A change that needs no more than its day."""


class PostForm(ChangeForm):
    """A post: what it is called, of which kind it is, and all of its duties."""

    lines = {"duties": 8}
    flags = ("is_risk_post", "is_key_post")

    name = Text("岗位名称", most=_length(Post, "name"))
    tier = choice("岗位层级", Post.Tier.choices)
    kind = choice("岗位类别", NONE + Post.Kind.choices, required=False)
    level = Text("岗位等级", most=_length(Post, "level"), required=False, help_text="如“管理七级”“专技五级”。")
    is_risk_post = choice("风险岗位", YES_NO)
    is_key_post = choice("重点岗位", YES_NO)
    domain = choice("风险领域", required=False)
    backup = People(
        "B岗人员（工号）",
        most=20,
        alone="B岗人员只填一个工号。",
        required=False,
        help_text="任职人外出时代行工作的人。不算任职人，也不因此填表；代签审核表请另设“代理”。",
    )
    authorised = whole(
        "核定职数", 1, posts.MOST_PLACES, required=False, help_text="可以同时任职的人数，没有核定的不填；超编只提醒。"
    )
    duties = Text("岗位职责", most=MOST_DUTIES, required=False, help_text="一行一条，每条最多 300 字。")

    def fill(self, units, domains):
        self.fields["domain"].choices = NONE + list(domains)
        if isinstance(self.subject, Post):
            self._of(self.subject)
        else:
            self.initial |= {"tier": Post.Tier.STAFF, "is_risk_post": "no", "is_key_post": "no"}

    def _of(self, post):
        known = [code for code, _ in self.fields["domain"].choices]
        if post.domain not in known:  # what another rule book has called it stays
            self.fields["domain"].choices += [(post.domain, post.domain)]
        self.initial |= {name: getattr(post, name) for name in posts.FIELDS}
        self.initial |= {name: "yes" if getattr(post, name) else "no" for name in self.flags}
        self.initial["backup"] = post.backup.number if post.backup else ""
        self.initial["duties"] = "\n".join(post.duties.values_list("text", flat=True))

    def clean_duties(self):
        """Return the duties, one a line."""
        lines = (without_unseen(line)[0].strip() for line in self.cleaned_data["duties"].splitlines())
        duties = [line for line in lines if line]
        if long := next((line for line in duties if len(line) > posts.MOST_DUTY), None):
            raise forms.ValidationError(
                f"岗位职责“{long[:12]}…”有 {len(long)} 字，一条最多 {posts.MOST_DUTY} 字，请分成几条。"
            )
        return duties

    @property
    def asked(self):
        asked = super().asked
        asked |= {name: asked[name] == "yes" for name in self.flags}
        asked["backup"] = asked["backup"].pk if asked["backup"] else None
        return asked | ({"post": self.subject.pk} if isinstance(self.subject, Post) else {})


class NewPostForm(PostForm):
    """A post that is to be made."""

    code = Text("岗位编号", most=_length(Post, "code"), required=False, help_text="不填即按单位代码编号。")
    order = ("name", "code")

    def clean_code(self):
        """Return the code, which an address can hold."""
        code = self.cleaned_data["code"].strip()
        if code and not posts.CODE.fullmatch(code):
            raise forms.ValidationError("岗位编号由字母、数字、“-”和“_”组成，请改正。")
        return code


class TakeForm(ChangeForm):
    """Who takes a post, and until when if that is known."""

    day_label, day_help = "任职日期", "填写以后的日期，到期自动生效。"
    order = ("user", "beside", "on", "last")

    user = People("任职人（工号）", most=20, alone="每次登记一人，请只填一个工号。")
    beside = choice("现任人员", [("no", "离任，由新任职人接替"), ("yes", "继续任职，增加一名任职人")])
    last = day("任期最后一天", required=False, help_text="没有任期的不填。")

    def clean_last(self):
        """Return the last day, if it is one that somebody may live to see."""
        last = self.cleaned_data["last"]
        if last is not None and last.year - self.today.year > LONGEST_TERM:
            raise forms.ValidationError(f"任期最后一天在 {LONGEST_TERM} 年以后，请改正。")
        return last

    @property
    def asked(self):
        last = self.cleaned_data["last"]
        until = (last + clock.days(1)).isoformat() if last else ""
        beside = self.cleaned_data["beside"] == "yes"
        return {"post": self.subject.pk, "user": self.cleaned_data["user"].pk, "until": until, "beside": beside}


class OfPost(DayForm):
    """A change of a post that needs no more than its day."""

    @property
    def asked(self):
        return {"post": self.subject.pk}


class LeavePostForm(OfPost):
    """The end of a holder's time in a post."""

    day_label, day_help = "离任日期", "从这一天起不再任职。"

    user = choice("离任人员", [("", "现任的全部人员")], required=False)

    def fill(self, units, domains):
        held = self.subject.incumbencies.in_force(self.today).order_by("since", "pk")
        people = held.values_list("user_id", "user__name", "user__number")
        self.fields["user"].choices += [(pk, f"{name}（{number}）") for pk, name, number in people]

    @property
    def asked(self):
        user = self.cleaned_data["user"]
        return super().asked | {"user": int(user) if user else None}


class AliasForm(LaidForm):
    """Another name of a unit."""

    name = Text("别名", most=_length(UnitAlias, "name"))
    kind = choice("类别", UnitAlias.Kind.choices)
