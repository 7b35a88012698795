"""A realistic campus in the middle of its campaign, for trials, benchmarks and screenshots.

Here: the plan of units, people and posts (``campus``), which comes on record by the desks and the import (``founding``,
``files``), last year's register (``register``), this year played through the same functions that the pages call
(``story``), an empty site with workbooks to import (``empty``). Texts come from ``fixtures/demo``, everything else from
the scheme.
Never here: rules of the domain, or rows that no page could have made. Last year's powers, points, measures and leading
groups are history that no sheet of this site brought: ``registers.versions.load_history`` puts it in force.
"""
