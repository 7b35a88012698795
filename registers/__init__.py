"""The app that keeps what is on record.

Organisation, posts, powers, risk points, schemes, papers, audit. Never imports ``workflows``.
"""
