"""The owner's knowledge: taking it in, cutting it, finding in it."""
