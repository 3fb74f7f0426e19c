// Put into every document before its own scripts: when messages arrive and how large they are, when
// something that is waited for stands in the document and has been painted, and how much of an
// answer is painted when. All moments are Unix milliseconds.
(() => {
  const now = () => performance.timeOrigin + performance.now()
  const state = { now, when, follow, followers: {}, bytes: 0 }
  let arrivedMs = null

  window.WebSocket = class extends WebSocket {
    constructor(...named) {
      super(...named)
      this.addEventListener("message", ({ data }) => {
        arrivedMs = now()
        state.bytes += data.byteLength ?? data.size ?? data.length
      })
    }
  }

  // Resolves once `test` holds. A frame asked for after the change is drawn with it; the next
  // frame's beginning is the first moment of which one can say that it was painted.
  function when(test) {
    return new Promise((resolve) => {
      const look = () => {
        if (!test()) return
        observer.disconnect()
        const seen = { arrivedMs, changedMs: now() }
        requestAnimationFrame(() =>
          requestAnimationFrame(() => resolve({ ...seen, paintedMs: now() })),
        )
      }
      const observer = new MutationObserver(look)
      observer.observe(document, {
        attributes: true, characterData: true, childList: true, subtree: true,
      })
      look()
    })
  }

  // Follows the next answer that comes on the page. `trail` gets an entry for each frame in which it grew:
  // its letters and digits, and when the next frame began: as in `when`.
  // Markup, cursors and white space do not count, so that source and page can be compared.
  // Only what changed is counted again: looking must not slow what is looked at. With a letter it is
  // that lane of the compare page.
  const ANSWER = '[aria-label="Chat message from assistant"]'
  const PART = "[data-testid=stMarkdownContainer], [data-testid=stCode]"
  const ASIDE = "button, [data-testid=stCaptionContainer], [data-testid=stExpander]"

  function follow(skipped, lane = "") {
    state.followers[lane]?.stop()
    const counts = new WeakMap()
    const trail = []
    const before = document.querySelectorAll(ANSWER).length
    let shown = 0
    let isAsked = false

    const root = () =>
      lane
        ? [...document.querySelectorAll(`[class*="st-key-lane_${lane}_"]`)].at(-1)
        : document.querySelectorAll(ANSWER)[before]
    const parts = () => {
      const answer = root()
      const all = answer ? [...answer.querySelectorAll(PART)] : []
      return all
        .filter((part) => !part.closest(ASIDE) && !part.parentElement.closest(PART))
        .slice(skipped)
    }
    const onlyLetters = (text) => text.replace(/[^\p{L}\p{N}]+/gu, "")
    // A table that grows in slices has a head in each, of which the first alone is shown.
    const isShown = (head) => getComputedStyle(head).visibility !== "collapse"
    const letters = (part) => {
      const hidden = [...part.querySelectorAll("thead")].filter((head) => !isShown(head))
      const heads = hidden.reduce((sum, head) => sum + onlyLetters(head.textContent).length, 0)
      return onlyLetters(part.textContent).slice(heads)
    }
    const count = (part) => {
      if (!counts.has(part)) counts.set(part, letters(part).length)
      return counts.get(part)
    }
    const forget = ({ target }) => {
      let part = (target.nodeType === 1 ? target : target.parentElement)?.closest(PART)
      for (; part; part = part.parentElement.closest(PART)) counts.delete(part)
    }
    const note = () => {
      isAsked = false
      const sum = parts().reduce((before, part) => before + count(part), 0)
      if (sum <= shown) return
      shown = sum
      requestAnimationFrame(() => trail.push([sum, now()]))
    }
    const observer = new MutationObserver((changes) => {
      const answer = lane && root()
      if (lane && !changes.some(({ target }) => answer?.contains(target))) return
      changes.forEach(forget)
      if (!isAsked) requestAnimationFrame(note)
      isAsked = true
    })
    observer.observe(document, { characterData: true, childList: true, subtree: true })
    state.followers[lane] = {
      trail,
      text: () => parts().map(letters).join(""),
      stop: () => observer.disconnect(),
    }
  }

  window.bench = state
})()
