// A range field whose thumb keeps pace with a replay by the browser's own clock. Numbers only.

const TICK_MS = 100
const timers = new WeakMap()

export default function ({ data, parentElement, setStateValue }) {
  const range = parentElement.querySelector("input")
  const said = parentElement.querySelector("output")
  const beganMs = performance.now()
  let isHeld = false

  function show(atS) {
    range.value = atS
    const words = `${atS.toFixed(1)} s of ${data.length.toFixed(1)} s`
    said.textContent = words
    range.setAttribute("aria-valuetext", words)
  }

  function tick() {
    const passedS = ((performance.now() - beganMs) / 1000) * data.speed
    if (!isHeld) show(Math.min(data.length, data.at + passedS))
  }

  clearInterval(timers.get(parentElement))
  range.max = data.length
  show(data.at)
  if (data.playing) timers.set(parentElement, setInterval(tick, TICK_MS))
  range.oninput = () => {
    isHeld = true
    show(Number(range.value))
  }
  // A number beside it, so that the same place put twice is two wishes.
  range.onchange = () => {
    isHeld = false
    setStateValue("at", { s: Number(range.value), n: Date.now() })
  }
  return () => clearInterval(timers.get(parentElement))
}
