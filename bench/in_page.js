// Put into every document before its own scripts: when messages arrive, and when something that is
// waited for stands in the document and has been painted. All moments are Unix milliseconds.
(() => {
  const now = () => performance.timeOrigin + performance.now()
  let arrivedMs = null

  window.WebSocket = class extends WebSocket {
    constructor(...named) {
      super(...named)
      this.addEventListener("message", () => (arrivedMs = now()))
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

  window.bench = { now, when }
})()
