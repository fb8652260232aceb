"""Moving a site from SQLite to PostgreSQL: every row, in their order, compared afterwards."""
