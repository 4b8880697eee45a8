"""Facts: what a caller knows, as frozen attrs classes that are checked when they are made."""
