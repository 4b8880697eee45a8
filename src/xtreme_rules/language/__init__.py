"""The condition language: a small, total subset of Python's expressions over the fields of facts."""
