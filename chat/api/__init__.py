"""Starlette routes and middleware that stand beside the pages on the same port."""
