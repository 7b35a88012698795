"""A realistic campus in the middle of its campaign, for trials, benchmarks and screenshots.

Here: units, people and posts (``campus``), last year's register (``register``), this year played through the same
functions that the pages call (``story``), an empty site with workbooks to import (``empty``). Texts come from
``fixtures/demo``, everything else from the scheme.
Never here: rules of the domain, or rows that no page could have made.
"""
