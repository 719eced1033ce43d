"""Loopback servers that speak as the services do, and fail as they do. One module a protocol."""
