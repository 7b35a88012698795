"""A realistic campus in the middle of its campaign, for trying the product out, for benchmarks and for screenshots.

``campus`` makes units, people and posts, ``register`` last year's register, ``story`` plays this year through the same
doors as the pages. Texts come from ``fixtures/demo``, everything else from the scheme.
"""
