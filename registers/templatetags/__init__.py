"""Tags for templates: what a page says about its own content. No texts of one subject, no queries."""
