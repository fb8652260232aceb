"""A small business to try the site with: made and removed by ``manage.py demo``, its rows marked in ``DemoRow``."""
