"""Tickertape: a live chat with any model, and a stopwatch on every answer.

The modules here are the core: no Streamlit, no HTTP client, no SQL. The rooms beside them
(`providers`, `stores`, `api`, `ui`) each hold one outside library.
"""
