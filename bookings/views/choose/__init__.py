"""Choosing a time: the month, the times of a day, and what may be chosen besides."""
