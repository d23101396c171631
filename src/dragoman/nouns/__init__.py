"""What is talked about: ids, languages, messages, events, errors. Frozen, and without input or output."""
