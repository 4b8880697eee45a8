"""Explanations: answers as small documents in Dutch or English, and their renderings as text, HTML and Markdown."""
