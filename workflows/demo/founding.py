"""How the demo's campus comes on record: by its administrators and by its registrar's files.

The first system administrator is made on the server. He registers two colleagues and the registrar, and the offices are given as
``registers.policies.APPOINTS`` says. The registrar imports units, people, posts, roles and regulations, and chooses the rule book.
"""

from registers import administrators, appointments, domains, staff
from registers.actors import Actor
from registers.imports import uploads
from registers.imports.synonyms import KIND_LABELS
from registers.models import Post, Unit, User
from registers.policies import appointers_of
from registers.schemes import versions
from workflows import reorganising
from workflows.demo import files
from workflows.demo.people import DEMO_PASSWORD, REGISTRAR, SCHOOL_PERSONAS
from workflows.demo.year import moment

ROOT_CODE = "DEMO"  # a database with a unit of this code holds a demo
_OFFICES = {persona.seat: persona for persona in (*SCHOOL_PERSONAS, REGISTRAR)}
FIRST = _OFFICES["sys_admin"]
NEXT = [_OFFICES[role] for role in ("security_admin", "auditor", "registrar")]  # each may appoint those behind him
LAST = _OFFICES["discipline"]  # on record by a file before he is appointed


def establish(campus):
    """Bring the plan ``campus`` on record, and give it its units, users and posts. Raises ``Refused``."""
    _Founding(campus).establish()


class _Founding:
    def __init__(self, campus):
        self.campus, self.on = campus, campus.year.founded
        self.at = moment(self.on, 9)
        self.root, self.holders = None, {}  # role of an administrator → the user

    def establish(self):
        name = self.campus.institution
        self.root = Unit.objects.create(code=ROOT_CODE, name=name, unit_type=Unit.Type.INSTITUTION)
        self._administrators()
        versions.adopt(self.campus.scheme, self.root, actor=self._by("registrar"), at=self.at)
        for kind in files.ROWS:
            self._bring_in(kind)
        self._appoint(LAST)
        self._charge()
        # Everybody may try the site with the same password, which no page gives.
        User.objects.update(password=self.holders[FIRST.seat].password)
        self._look_up()
        self._exchange()

    def _by(self, role, on=None):
        return Actor(self.holders[role], on=on or self.on)

    def _administrators(self):
        first = self._person(FIRST)
        self.holders[FIRST.seat] = administrators.appoint_first(
            number=first.number,
            name=first.name,
            password=DEMO_PASSWORD,
            institution=self.root.name,
            at=self.at,
            email=first.email,
        )
        for persona in NEXT:
            person = self._person(persona)
            values = {"number": person.number, "name": person.name, "title": person.title, "email": person.email}
            staff.add(values, unit=self.root, actor=self._by(FIRST.seat), at=self.at)
            self._appoint(persona)

    def _person(self, persona):
        return self.campus.people[persona.number]

    def _appoint(self, persona):
        """Let whoever may appoint a person of the school to the office of a login."""
        user, (by, *_) = User.objects.get(number=persona.number), appointers_of(persona.seat)
        given = {"since": self.on, "last": None, "seat": "", "actor": self._by(by), "at": self.at}
        appointments.appoint(user.pk, role=persona.seat, units=[self.root.pk], **given)
        self.holders[persona.seat] = user

    def _charge(self):
        """Put the leaders in charge of their domains, as the desk of roles does it."""
        by = {"actor": self._by("registrar"), "at": self.at}
        for person, domain in self.campus.charges():
            user = User.objects.get(number=person.number)
            domains.take(user.pk, domains=[domain], since=self.campus.since, last=None, **by)

    def _bring_in(self, kind):
        rows, by = files.ROWS[kind](self.campus), self._by("registrar")
        about = {"kind": kind, "effective_on": self.on, "actor": by, "at": self.at}
        file = uploads.upload(files.as_csv(kind, rows), f"{KIND_LABELS[kind]}.csv", **about)
        seen = {"digest": file.compared["digest"], "seen": file.version}
        uploads.accept(file.pk, actor=by, at=self.at, **seen)

    def _look_up(self):
        """Give the plan what is on record of it."""
        units = Unit.objects.in_bulk(field_name="code")
        posts = Post.objects.select_related("unit").in_bulk(field_name="code")
        users = {user.number: user for user in User.objects.select_related("unit")}
        for place in self.campus.places:
            place.unit = units[place.code]
            for seat in place.seats:
                seat.user, seat.post = users[seat.person.number], posts[seat.code]
        self.campus.root, self.campus.personas = units[ROOT_CODE], users
        self.campus.regulations.find()

    def _exchange(self):
        """Let the two people who change posts do so, as the registrar's desk does it."""
        on = self.campus.year.exchange
        by = {"actor": self._by("registrar", on), "at": moment(on, 9)}
        for seat in self.campus.exchange:
            asked = {"post": seat.post.pk, "user": seat.user.pk, "until": "", "beside": False}
            wanted = reorganising.Wanted("post_take", seat.post.unit, asked, on)
            reorganising.make(wanted, seen=reorganising.foresee(wanted, **by).digest, **by)
