"""Adapters to where conversations are kept."""
