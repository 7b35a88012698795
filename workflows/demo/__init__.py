"""A realistic campus in the middle of its campaign, for trials, benchmarks and screenshots.

Here: the plan of units and posts (``campus``) and ``people``, which comes on record by the desks and the import
(``founding``, ``files``), last year's ``register``, regulations and measures (``rules``), this year played through
the same functions that the pages call (``story``, or ``wholeyear``): its ``year`` and ``agenda``, how far each sheet
has come (``director``), what is typed (``contents``, ``remarks``, from the ``corpus``), what people do
(``players``). Beside sheets: ``assembly`` (meetings and documents at the start), ``meetings`` (of bodies),
``publishing``, ``door``, ``disclosing``, ``inspecting``, ``assessing``, ``ranking``, ``warning``, ``duties``. An
empty site with workbooks to import: ``empty``, ``oldledger``.
Texts come from ``fixtures/demo``, everything else from the scheme.
Never here: rules of the domain, or rows that no page could have made. Last year's powers, points, measures and
leading groups are history that no sheet of this site brought: ``registers.versions.load_history`` puts it in force.
"""
