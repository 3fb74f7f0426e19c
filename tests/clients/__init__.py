"""Tests with the programs of others: the AI SDK under Node, OpenAI's SDK, schemathesis."""
