"""The service: configuration, command line, daemon, schedule, control."""
