"""The floor: a page that appends each token of an event stream as text. No Markdown, no framework.

`python -m bench.raw_page PORT`; reads the environment as `plain_app` does. Its composer and its
message carry Streamlit's test ids, so that one driver drives all pages.
"""

import json
import os
import sys
from collections.abc import AsyncIterator

import openai
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

PAGE = """<!doctype html><meta charset="utf-8"><title>Raw</title>
<style>div div { white-space: pre-wrap; font: 16px/1.5 sans-serif }</style>
<main></main><textarea data-testid="stChatInputTextArea"></textarea>
<script type="module">
const utf8 = new TextEncoder()
let scrolls
const box = document.querySelector("textarea")
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return
  event.preventDefault()
  const main = document.querySelector("main")
  const message = document.createElement("div")
  message.ariaLabel = "Chat message from assistant"
  const answer = message.appendChild(document.createElement("div"))
  answer.dataset.testid = "stMarkdownContainer"
  main.append(message)
  const source = new EventSource(`/answer?ask=${encodeURIComponent(box.value)}`)
  box.value = ""
  source.onmessage = ({ data }) => {
    if (window.bench) bench.bytes += utf8.encode(`data: ${data}  `).length
    if (data === "[DONE]") return source.close()
    answer.append(JSON.parse(data))
    cancelAnimationFrame(scrolls)
    scrolls = requestAnimationFrame(() => scrollTo(0, document.body.scrollHeight))
  }
})
</script>"""


async def page(_: Request) -> Response:
    """The page."""
    return HTMLResponse(PAGE)


async def health(_: Request) -> Response:
    """Where Streamlit has it."""
    return PlainTextResponse("ok")


async def answer(request: Request) -> Response:
    """The answer, one event for each delta."""
    return StreamingResponse(_events(request.query_params["ask"]), media_type="text/event-stream")


async def _events(prompt: str) -> AsyncIterator[str]:
    client = openai.AsyncOpenAI(
        base_url=os.environ["OPENROUTER_BASE_URL"], api_key=os.environ["OPENROUTER_API_KEY"]
    )
    chunks = await client.chat.completions.create(
        model=os.environ["DEFAULT_MODEL"],
        messages=[{"role": "user", "content": prompt}],
        max_tokens=int(os.environ["DEFAULT_MAX_TOKENS"]),
        stream=True,
    )
    async with chunks:
        async for chunk in chunks:
            text = chunk.choices[0].delta.content if chunk.choices else None
            if text:
                yield f"data: {json.dumps(text, ensure_ascii=False)}\n\n"
    yield "data: [DONE]\n\n"


routes = [Route("/", page), Route("/answer", answer), Route("/_stcore/health", health)]

if __name__ == "__main__":
    uvicorn.run(Starlette(routes=routes), port=int(sys.argv[1]), log_level="warning")
