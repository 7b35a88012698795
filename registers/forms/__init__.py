"""Forms of the register's own pages. Never here: rules of the domain."""
