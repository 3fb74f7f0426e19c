"""Conversations as files: out as Markdown and JSON, in from our JSON and from ChatGPT's. Pure."""
