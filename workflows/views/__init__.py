"""Views of the pages, and the navigation that leads to them.

A view fetches its object through ``visible_to``, asks the policy, acts, and answers. One word serves for the view,
its URL name and its template.
Here: views, and the pieces that only they need.
Never here: a rule of the domain.
Neighbours: shared pieces are in ``registers.views``.
"""
