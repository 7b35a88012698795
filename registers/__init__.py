"""What is on record: organisation, posts, powers, risk points, schemes, papers, audit. Never imports ``workflows``."""
