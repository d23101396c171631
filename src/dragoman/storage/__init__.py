"""What must last: PostgreSQL, embedded or the operator's own."""
