"""Rulebooks: rule files read, validated, and held as data."""
