"""What is on record: organisation, people, posts, powers, schemes, risk points, the audit chain.

Here: the tables, their constraints and their sets of rows (``in_force``, ``visible_to``). ``organisation``,
``people``, ``posts``, ``changes`` (of units and posts), ``powers``, ``regulations``, ``risks`` (points and
measures), ``responsibilities`` (whom a measure names), ``schemes``, ``records`` (audit chain, jobs, demo clock),
``imports``, ``counts``, ``kept`` (for speed alone); under them ``versioned`` (never edited once in force) and
``spans`` (what "in force on a day" means).
Never here: acts. What puts a version in force is ``registers.versions``, who may read a row ``registers.policies``.
"""

from registers.models.changes import OrganisationChange, PlannedChange
from registers.models.counts import PointCount
from registers.models.imports import ColumnMemory, ImportedFile
from registers.models.kept import KeptAnswer, KeptRows
from registers.models.organisation import GroupMember, LeadingGroup, Unit, UnitAlias
from registers.models.people import Appointment, DomainCharge, User
from registers.models.posts import Duty, Incumbency, Post
from registers.models.powers import MajorMatter, PowerItem, ProcessStep
from registers.models.records import AuditEntry, AuditHead, DemoClock, Job
from registers.models.regulations import Regulation, RegulationPower
from registers.models.responsibilities import Responsibility, ResponsibleParty
from registers.models.risks import ControlMeasure, PostGrade, RiskPoint
from registers.models.schemes import Grade, Keeper, RiskCategory, Scheme, SchemeDraft

__all__ = [
    "Appointment",
    "AuditEntry",
    "AuditHead",
    "ColumnMemory",
    "ControlMeasure",
    "DemoClock",
    "DomainCharge",
    "Duty",
    "Grade",
    "GroupMember",
    "ImportedFile",
    "Incumbency",
    "Job",
    "Keeper",
    "KeptAnswer",
    "KeptRows",
    "LeadingGroup",
    "MajorMatter",
    "OrganisationChange",
    "PlannedChange",
    "PointCount",
    "Post",
    "PostGrade",
    "PowerItem",
    "ProcessStep",
    "Regulation",
    "RegulationPower",
    "Responsibility",
    "ResponsibleParty",
    "RiskCategory",
    "RiskPoint",
    "Scheme",
    "SchemeDraft",
    "Unit",
    "UnitAlias",
    "User",
]
