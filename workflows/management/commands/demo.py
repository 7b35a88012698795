"""The command ``demo``: make a demo campus, or list its logins.

``manage.py demo --scheme SLUG --size school|college|university [--seed N] [--day MM-DD]``, ``manage.py demo --empty`` or
``manage.py demo --logins``
"""

from unicodedata import east_asian_width

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from registers import administrators, analysed, clock
from registers.forms.imports import CHOICES
from registers.imports import samples
from registers.models import RiskPoint, Scheme, Unit, User
from registers.schemes.dates import DateRule
from workflows.deadlines import holidays
from workflows.demo import empty, people, story
from workflows.demo.campus import SIZES, Campus
from workflows.demo.corpus import Corpus, Vocabulary
from workflows.demo.director import Director
from workflows.demo.founding import ROOT_CODE
from workflows.demo.register import Register
from workflows.demo.wholeyear import WholeYear
from workflows.demo.year import Year
from workflows.models import Submission

SEED = 2026
SAMPLED = "changchun-2016"  # whose campus the workbooks of an empty site describe, unless another is named


class Command(BaseCommand):
    help = "生成一所演示校园：单位、人员、去年的登记册和进行到一半的年度活动；同一种子得到同样的数据。"

    def add_arguments(self, parser):
        parser.add_argument("--scheme", metavar="SLUG", help="方案代号，见 fixtures/schemes")
        parser.add_argument("--size", choices=list(SIZES), help="规模：8 / 16 / 40 / 80 个单位")
        parser.add_argument("--seed", type=int, default=SEED, metavar="N", help="随机种子")
        parser.add_argument(
            "--day",
            metavar="MM-DD",
            help="演示到哪一天：全年照常办理，多数按期、少数逾期或未交；不写则停在自查截止前五天",
        )
        parser.add_argument(
            "--empty",
            action="store_true",
            help="空站点：只有第一位系统管理员，另写出八份样例文件（单位、人员、岗位等），供从头试用",
        )
        parser.add_argument("--logins", action="store_true", help="列出各角色的登录账号")

    def handle(self, *args, scheme, size, seed, day, logins, **options):
        if logins:
            return self._print_logins()
        if settings.PRODUCTION:
            raise CommandError("演示账号的密码是公开的，不能写入正式环境。请在试用环境中运行：DEMO=1。")
        scheme = scheme or (SAMPLED if options["empty"] else None)
        if not scheme:
            raise CommandError("请用 --scheme 指明方案，例如 --scheme changchun-2016；或用 --logins 列出账号。")
        current = Scheme.objects.filter(slug=scheme, is_current=True).first()
        if current is None:
            raise CommandError(f"没有方案“{scheme}”。请先运行 manage.py load_schemes。")
        if (root := self._existing()) is not None:
            return self._say_it_exists(root, current)
        if options["empty"]:
            return self._make_empty(current, size or "trial", seed)
        with transaction.atomic():
            refused = self._make(current, size or "school", seed, _day(day))
            analysed.after_load()
        self._print_summary()
        if refused:
            self.stderr.write(f"方案的规则使 {len(refused)} 张表停在了原处，例如：{refused[0]}")
        return None

    @staticmethod
    def _existing():
        """The root of the demo campus in the database, if any. Raises where units or people are real ones."""
        root = Unit.objects.filter(code=ROOT_CODE, parent=None).first()
        if root is None and (Unit.objects.exists() or User.objects.exists()):
            raise CommandError(
                "数据库中已有单位或人员，演示数据只写入空数据库，没有改动任何数据。"
                "请换一个数据库（DATABASE_URL）再运行。"
            )
        return root

    def _say_it_exists(self, root, scheme):
        if root.name != scheme.institution:
            raise CommandError(
                f"数据库中已有“{root.name}”的演示数据，没有改动任何数据。要演示另一方案，请换一个空数据库。"
            )
        units, staff = Unit.objects.count() - 1, User.objects.count()
        self.stdout.write(f"演示校园“{root.name}”已经存在（{units} 个单位、{staff} 人），没有改动任何数据。")

    def _make_empty(self, scheme, size, seed):
        """Make the empty site; the workbooks are about the campus that ``scheme`` would have."""
        name = settings.INSTITUTION_NAME or scheme.institution
        campus = _campus(scheme, size, seed)
        empty.make(campus, institution=name, at=campus.year.before)
        clock.set_demo(campus.year.before)
        self.stdout.write(f"空站点已生成：{name}，只有系统管理员 {empty.FIRST.number}，密码 {people.DEMO_PASSWORD}。")
        self.stdout.write("登录后按“资料与设置”→“开始使用”办理：先登记和任命，再由任命的管理员导入。")
        self.stdout.write("样例文件（第一份已含后面四份的内容；“数据导入”页面也可下载）：")
        for kind, label in CHOICES.items():
            self.stdout.write(f"  {samples.path_of(kind)}  {label}")

    @staticmethod
    def _make(scheme, size, seed, day):
        campus = _campus(scheme, size, seed, day)
        holidays.seed(range(campus.year.number - 1, campus.year.number + 2))
        campus.make()
        register = Register(campus)
        register.make()
        return story.tell(campus, register, director=WholeYear if day else Director)

    def _print_summary(self):
        in_force = RiskPoint.objects.open()
        self.stdout.write(
            f"演示校园已生成：{Unit.objects.count() - 1} 个单位、{User.objects.count()} 人、"
            f"{in_force.count()} 个风险点、{Submission.objects.count()} 张填报表。登录账号：manage.py demo --logins"
        )

    def _print_logins(self):
        rows = people.logins()
        if not rows:
            self.stdout.write("数据库中没有用演示密码登录的账号。")
            if administrators.nobody_yet():
                self.stdout.write("还没有任何账号。设立第一位系统管理员：manage.py first_admin")
            return
        self.stdout.write(f"以下账号的密码均为 {people.DEMO_PASSWORD}")
        table = [("账号", "姓名", "角色", "单位", "可以做什么"), *rows]
        widths = [max(map(width, column)) for column in zip(*table, strict=True)]
        for row in table:
            self.stdout.write(
                "  ".join(text + " " * (room - width(text)) for text, room in zip(row, widths, strict=True)).rstrip()
            )
        if len(rows) == 1:  # an empty site
            self.stdout.write("其他人员在页面上导入或新增，凭管理员发放的一次性密码登录。")


def _campus(scheme, size, seed, day=None):
    """Return a campus that is not made yet, of this year."""
    number, corpus = timezone.localdate().year, Corpus()
    year = Year.of(scheme.rules, number, today=day and day.on(number))
    return Campus(scheme=scheme, corpus=corpus, words=Vocabulary(scheme.rules, corpus), year=year, size=size, seed=seed)


def _day(text):
    """Parse a day of the year as it was typed, None where there is none."""
    try:
        return DateRule.parse(text) if text else None
    except ValueError as wrong:
        raise CommandError(f"--day：{wrong}。") from None


def width(text):
    """How many columns of a terminal a text takes. Chinese characters take two."""
    return sum(2 if east_asian_width(character) in "FW" else 1 for character in text)
