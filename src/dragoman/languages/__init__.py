"""The 29 languages: registry, detection, phrases."""
