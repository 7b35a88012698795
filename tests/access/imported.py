"""A file of people that waits for the registrar, and another name of a unit."""

from registers.imports import uploads


def waiting_file(world):
    """The file, as its registrar has uploaded it."""
    world.campus.unit.aliases.create(name="计财处")
    return uploads.upload(
        "工号,姓名,部门\n07001,孙一,财务处\n".encode(),
        "名册.csv",
        kind="people",
        effective_on=world.clock.today,
        actor=world.year.actor(world.campus.registrar),
        at=world.clock.now,
    )


def behind(world, doors):
    """What the doors to files lead to: door → name → (arguments of the URL, the object)."""
    one = {"": ({"pk": world.imported.pk}, None)}
    workbooks = {door: {"": ({"kind": "people"}, None)} for door in ("import_template", "import_sample")}
    files = [door for door in doors if door.startswith("import_") and door not in ("import_list", *workbooks)]
    return workbooks | dict.fromkeys(files, one)


def posted(world):
    """What is posted at the doors to files."""
    seen = {"version": world.imported.version}
    return {
        "import_columns": seen,
        "import_answer": seen,
        "import_tick": seen,
        "import_accept": {**seen, "digest": world.imported.compared["digest"]},
    }
