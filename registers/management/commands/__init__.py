"""One module per command.

``export_ledger``, ``import_ledger``, ``import_people``, ``load_schemes``, ``place_points``, ``reseal``,
``verify_audit``.
"""
