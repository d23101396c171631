"""The schema, in numbered steps of plain SQL. A step that was released is never changed; a new one follows it."""
