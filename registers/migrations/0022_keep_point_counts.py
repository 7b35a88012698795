"""The database counts the open points by unit, scheme version, level and grade.

A later migration that makes SQLite build ``registers_riskpoint`` anew drops its triggers: it has to call ``watch`` again.
``tests/registers/test_counts.py`` finds that out.
"""

from django.db import migrations

COUNTS = "registers_pointcount (unit_id, scheme_id, level, final_grade_id, number)"
CATEGORY = "registers_riskcategory c"


def row_change(row, number):
    """The part of a trigger of SQLite that counts one version, where it is an open one."""
    return (
        f"INSERT INTO {COUNTS} SELECT {row}.unit_id, c.scheme_id, {row}.level, {row}.final_grade_id, {number} "
        f"FROM {CATEGORY} WHERE c.id = {row}.category_id AND {row}.in_force_from IS NOT NULL AND {row}.in_force_until IS NULL;"
    )


def rows_of(table, number):
    """The open versions of a table as parts of a count."""
    return (
        f"SELECT p.unit_id, c.scheme_id, p.level, p.final_grade_id, {number} AS number FROM {table} p "
        f"JOIN {CATEGORY} ON c.id = p.category_id WHERE p.in_force_from IS NOT NULL AND p.in_force_until IS NULL"
    )


def summed(parts):
    """The statement that adds the sums of some parts to the counts."""
    return (
        f"INSERT INTO {COUNTS} SELECT unit_id, scheme_id, level, final_grade_id, sum(number) FROM ({parts}) AS parts "
        "GROUP BY unit_id, scheme_id, level, final_grade_id HAVING sum(number) <> 0"
    )


WATCH = {
    "sqlite": [
        f"CREATE TRIGGER point_count_insert AFTER INSERT ON registers_riskpoint BEGIN {row_change('NEW', 1)} END",
        "CREATE TRIGGER point_count_update "
        "AFTER UPDATE OF unit_id, level, category_id, final_grade_id, in_force_from, in_force_until ON registers_riskpoint "
        f"BEGIN {row_change('OLD', -1)} {row_change('NEW', 1)} END",
    ],
    "postgresql": [
        "CREATE FUNCTION point_count_insert() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {summed(rows_of('come', 1))}; RETURN NULL; END $$",
        "CREATE FUNCTION point_count_update() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {summed(rows_of('gone', -1) + ' UNION ALL ' + rows_of('come', 1))}; RETURN NULL; END $$",
        "CREATE TRIGGER point_count_insert AFTER INSERT ON registers_riskpoint "
        "REFERENCING NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION point_count_insert()",
        "CREATE TRIGGER point_count_update AFTER UPDATE ON registers_riskpoint "
        "REFERENCING OLD TABLE AS gone NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION point_count_update()",
    ],
}
LEAVE = {
    "sqlite": ["DROP TRIGGER point_count_insert", "DROP TRIGGER point_count_update"],
    "postgresql": [
        "DROP TRIGGER point_count_insert ON registers_riskpoint",
        "DROP TRIGGER point_count_update ON registers_riskpoint",
        "DROP FUNCTION point_count_insert()",
        "DROP FUNCTION point_count_update()",
    ],
}


def watch(apps, schema_editor):
    """Count what is there, and from now on every change."""
    schema_editor.execute(summed(rows_of("registers_riskpoint", 1)))
    for statement in WATCH[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def leave(apps, schema_editor):
    """Count no more."""
    for statement in LEAVE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)
    schema_editor.execute("DELETE FROM registers_pointcount")


class Migration(migrations.Migration):
    dependencies = [("registers", "0021_point_counts")]
    operations = [migrations.RunPython(watch, leave)]
