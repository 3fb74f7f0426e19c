"""Streamlit pieces the pages are made of, and the wiring that chooses the adapters."""
