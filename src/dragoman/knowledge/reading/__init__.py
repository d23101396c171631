"""Documents of many formats read into plain sections, by a process that cannot take the desk along."""
