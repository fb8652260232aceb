"""Backups: one file that holds the database, the pictures and, where it is encrypted, the settings and secrets."""
