"""What the desk does, measured from outside."""
