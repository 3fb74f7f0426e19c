"""The baseline that everybody writes first: `st.write_stream` over the openai SDK's own stream.

Run by `python -m bench stream`; reads `OPENROUTER_BASE_URL`, `OPENROUTER_API_KEY`, `DEFAULT_MODEL`
and `DEFAULT_MAX_TOKENS`.
"""

import os

import openai
import streamlit as st

client = openai.OpenAI(
    base_url=os.environ["OPENROUTER_BASE_URL"], api_key=os.environ["OPENROUTER_API_KEY"]
)
said = st.session_state.setdefault("said", [])
for message in said:
    with st.chat_message(message["role"]):
        st.markdown(message["content"])
if prompt := st.chat_input("Ask anything"):
    said.append({"role": "user", "content": prompt})
    with st.chat_message("user"):
        st.markdown(prompt)
    with st.chat_message("assistant"):
        answer = st.write_stream(
            client.chat.completions.create(
                model=os.environ["DEFAULT_MODEL"],
                messages=said,
                max_tokens=int(os.environ["DEFAULT_MAX_TOKENS"]),
                stream=True,
            )
        )
    said.append({"role": "assistant", "content": answer})
