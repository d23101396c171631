"""What operators see: logs, metrics, the turn id that ties them together."""
