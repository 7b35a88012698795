"""Many new tables in one operation: for the migrations from which a new database starts."""

from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation


class AtOnce(Operation):
    """Create the tables of these operations as they stand after the last of them.

    Django makes every model that is linked with a new one anew, after each operation: of a hundred linked tables that is all of them a hundred
    times, and nine tenths of what a new database takes. ``operations`` creates models and adds fields, indexes and constraints to them.
    """

    def __init__(self, operations):
        self.operations = operations

    def deconstruct(self):
        return self.__class__.__name__, [self.operations], {}

    def state_forwards(self, app_label, state):
        # What is not there is not kept up to date: the models are made when the database asks for them.
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self._tables():
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for operation in reversed(self._tables()):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return "Create " + ", ".join(operation.name for operation in self._tables())

    def _tables(self):
        return [operation for operation in self.operations if isinstance(operation, CreateModel)]
