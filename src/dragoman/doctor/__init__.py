"""What an owner runs into, looked at one by one; each file holds the checks of one subject."""
