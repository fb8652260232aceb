"""A small business to try the site with: made by ``manage.py demo``, recognised by ``meta.demo``."""
