"""Intake: files of a ticketing system become facts, and what cannot comes out beside them; nothing is lost."""
