"""Whole tables: the same rules on the data frame that the user has."""
