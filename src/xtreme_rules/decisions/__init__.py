"""Decisions: what an answer means. It stands here, once, whatever engine computed the truths."""
