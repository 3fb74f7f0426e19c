// Reports how the lanes of a race are painted, as `page_script.js` does for the chat's one answer:
// when each lane's first text stood there, how far its figures are behind, its longest freeze.
// Numbers of ours only. A blind lane shows no elapsed time, so of its lag nothing is known.

import { postPainted } from "./own_routes.js"

const REPORT_S = 0.9 // of one lane alone; several share the requests
const TICK_MS = 100

const lanes = new Map()

function report(path, seen) {
  postPainted(path, { is_hidden: document.hidden, ...seen })
}

function place(lane, name) {
  if (!lane[name]?.isConnected) lane[name] = document.querySelector(`.st-key-lane_${name}_${lane.id}`)
  return lane[name]
}

function elapsedS(lane) {
  for (const quiet of place(lane, "head")?.querySelectorAll(".stMarkdownColoredText") ?? []) {
    const found = quiet.textContent.match(/^(\d+\.\d) s\b/)
    if (found) return Number(found[1])
  }
  return null
}

// Reasoning is folded away, and no answer.
function hasText(lane) {
  const shown = place(lane, "text")?.querySelectorAll('[data-testid="stMarkdownContainer"]') ?? []
  return [...shown].some((part) => /[^\s▌]/.test(part.textContent) && !part.closest("details"))
}

function look(path, lane) {
  const paintedS = elapsedS(lane)
  if (paintedS === null && lane.paintedS !== null && place(lane, "head")?.textContent) {
    return end(path, lane) // its figures are the final ones
  }
  const isDue = lane.reportedS === null || paintedS - lane.reportedS >= REPORT_S * lanes.size
  const isNews = paintedS !== null && isDue
  const isFirst = lane.isAwaited && hasText(lane)
  lane.paintedS = paintedS
  if (document.hidden || !(isFirst || isNews)) return
  if (isFirst) lane.isAwaited = false
  lane.reportedS = paintedS ?? lane.reportedS
  const seen = { painted_s: lane.reportedS ?? 0 }
  report(path, isFirst ? { ...seen, first_ago_s: 0 } : seen)
}

function end(path, lane) {
  lanes.delete(path)
  const freeze_s = Math.round(lane.freezeMs) / 1000
  const seen = { painted_s: lane.reportedS ?? 0, is_last: true, freeze_s }
  // It may be so short that its beginning was not seen as such.
  const isShort = lane.isAwaited && !document.hidden && hasText(lane)
  report(path, isShort ? { ...seen, first_ago_s: 0 } : seen)
}

const painting = new MutationObserver((changes) => {
  for (const [path, lane] of lanes) {
    const parts = [place(lane, "head"), place(lane, "text")]
    if (!changes.some(({ target }) => parts.some((part) => part?.contains(target)))) continue
    // How long the page did not react counts as far as the answer still came.
    lane.freezeMs = Math.max(lane.freezeMs, lane.lateMs)
    look(path, lane)
  }
})

// A timer that comes late tells how long the page did not react. Hidden pages' timers are slowed.
let ticks = null
let lastMs = 0
let wasHidden = false
function tick() {
  const nowMs = performance.now()
  const lateMs = wasHidden || document.hidden ? 0 : nowMs - lastMs - TICK_MS
  for (const lane of lanes.values()) lane.lateMs = Math.max(lane.lateMs, lateMs)
  lastMs = nowMs
  wasHidden = document.hidden
}

function begin(id) {
  return { id, isAwaited: true, reportedS: null, paintedS: null, freezeMs: 0, lateMs: 0 }
}

export default function ({ data: [data] }) {
  const running = new Map(data.lanes)
  for (const [path, lane] of lanes) if (!running.has(path)) end(path, lane)
  for (const [path, id] of running) if (!lanes.has(path)) lanes.set(path, begin(id))
  clearInterval(ticks)
  painting.disconnect()
  if (!lanes.size) return
  lastMs = performance.now()
  wasHidden = document.hidden
  ticks = setInterval(tick, TICK_MS)
  painting.observe(document.body, { characterData: true, childList: true, subtree: true })
}
