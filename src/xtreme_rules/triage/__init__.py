"""Triage: who covers an incident now, by when to respond, and which incident comes first."""
