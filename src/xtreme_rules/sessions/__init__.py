"""Sessions: decisions on facts that are learned one at a time."""
