// Things Streamlit has no words for: what a screen reader hears of the conversation, a page that
// follows the growing text until its reader scrolls up, a Stop that does not wait for the page's
// script, a field that gets the focus, and a report of how far the page has painted, by which the
// server paces its frames. Given our own words only, never text of a model or a visitor.

import { address, post, postPainted } from "./own_routes.js"

const NEAR_PX = 120 // this close to the end counts as being there
const REPORT_S = 0.9 // each report is answered with headers, as long as two frames of text

let stopPath = null
let paintPath = null
let reportedS = null
let isTextAwaited = false
let freezeMs = 0
let figures = null
let log = null
let turn = null
let isFollowing = true
let lastTop = 0

const watcher = new ResizeObserver(() => isFollowing && toEnd())

function scroller() {
  return log.closest('[data-testid="stMain"]')
}

function toEnd() {
  const main = scroller()
  if (main) {
    main.scrollTop = main.scrollHeight
    lastTop = main.scrollTop
  }
}

function noteScroll() {
  const main = scroller()
  if (!main) return
  const isAtEnd = main.scrollHeight - main.scrollTop - main.clientHeight < NEAR_PX
  // Growing text never moves the page up by itself: up means that the reader went there.
  if (isAtEnd) isFollowing = true
  else if (main.scrollTop < lastTop) isFollowing = false
  lastTop = main.scrollTop
}

// At once, before growing text can take the page back to its end.
function noteWheel(event) {
  if (event.deltaY < 0) isFollowing = false
}

function watch(found) {
  if (found === log) return
  watcher.disconnect()
  if (log) {
    scroller()?.removeEventListener("scroll", noteScroll)
    scroller()?.removeEventListener("wheel", noteWheel)
  }
  log = found
  isFollowing = true
  watcher.observe(log)
  painting.disconnect()
  painting.observe(log, { characterData: true, childList: true, subtree: true })
  scroller()?.addEventListener("scroll", noteScroll, { passive: true })
  scroller()?.addEventListener("wheel", noteWheel, { passive: true })
}

function describe(isBusy) {
  log.setAttribute("role", "log")
  log.setAttribute("aria-label", "Conversation")
  log.setAttribute("aria-live", "off") // each token would be read out otherwise
  log.setAttribute("aria-busy", String(isBusy))
}

// Streamlit loads what draws code and formulas when the first of them is there: a second too late.
// Each of them stands the page still for up to 0.3 s, and Escape with it: who has just come back to
// a running answer may want to stop it.
const CALM_MS = 3000
let isWarm = false
const whenIdle = window.requestIdleCallback ?? setTimeout
const load = (path) => import(address("/" + path)).catch(() => {})
function warm(paths, isBusy) {
  if (isWarm) return
  isWarm = true
  setTimeout(() => paths.forEach((path) => whenIdle(() => load(path))), isBusy ? CALM_MS : 0)
}

// What the charts of another page need is seen to by a script of its own, while nothing is answered.
let charts = null
function warmCharts(later) {
  if (later) charts ??= import(address("/" + later.script)).catch(() => null)
  const parts = later && later.parts.map((name) => address("/static/js/" + name))
  charts?.then((script) => script?.prepare(parts))
}

// The elapsed time beside the badge comes in line with the text: once it is painted, so is all
// that was sent before it.
function elapsedS() {
  const match = (found) => found?.textContent.match(/^(\d+\.\d) s\b/)?.[1]
  if (!figures?.isConnected) {
    const quiet = log.querySelectorAll(LIVE + " .stMarkdownColoredText")
    figures = [...quiet].find(match)
  }
  const elapsed = match(figures)
  return elapsed ? Number(elapsed) : null
}

function reportPaint() {
  if (!paintPath || document.hidden) return
  const paintedS = elapsedS()
  const isFirst = isTextAwaited && hasText()
  const isNews = paintedS !== null && (reportedS === null || paintedS - reportedS >= REPORT_S)
  if (!isFirst && !isNews) return
  if (isFirst) isTextAwaited = false
  reportedS = paintedS ?? reportedS
  const seen = { painted_s: reportedS ?? 0, is_hidden: false }
  postPainted(paintPath, isFirst ? { ...seen, first_ago_s: 0 } : seen)
}

const LIVE = '[class*="st-key-live_state_"]'

// Whether the growing answer shows text: reasoning is folded away, and its header is none.
function hasText() {
  const growing = log.querySelector(LIVE)?.closest('[data-testid="stChatMessage"]')
  const shown = growing?.querySelectorAll('[data-testid="stMarkdownContainer"]') ?? []
  return [...shown].some((part) =>
    /[^\s▌]/.test(part.textContent) && !part.closest("details, " + LIVE))
}

// A timer that comes late tells how long the page did not react. Hidden pages' timers are slowed.
const TICK_MS = 100
let ticks = null
function watchFreezes() {
  clearInterval(ticks)
  freezeMs = 0
  let lastMs = performance.now()
  let wasHidden = document.hidden
  ticks = setInterval(() => {
    const nowMs = performance.now()
    if (!wasHidden && !document.hidden) freezeMs = Math.max(freezeMs, nowMs - lastMs - TICK_MS)
    wasHidden = document.hidden
    lastMs = nowMs
  }, TICK_MS)
}

// The last report of an answer, when its end is painted. One that began out of sight has none.
function reportEnd(path) {
  clearInterval(ticks)
  const seen = { painted_s: reportedS ?? 0, is_hidden: document.hidden, is_last: true }
  seen.freeze_s = Math.round(freezeMs) / 1000
  // It may be so short that its beginning was not seen as such.
  if (isTextAwaited && !document.hidden) seen.first_ago_s = 0
  postPainted(path, seen)
}

function reportVisibility() {
  if (paintPath) post(paintPath, { painted_s: reportedS ?? 0, is_hidden: document.hidden })
}

const painting = new MutationObserver(reportPaint)

// Streamlit's own button does the same a little later, through the script; twice is as once.
function sendStop() {
  if (stopPath) post(stopPath)
  stopPath = null
}

// Half a character (a lone surrogate) cannot be sent: the socket would break, and the message be lost.
// It becomes the sign for a broken character, which its writer sees before sending.
function mend(event) {
  const box = event.target
  if (event.isComposing || !(box instanceof HTMLTextAreaElement)) return
  if (box.value.isWellFormed?.() ?? true) return
  event.stopImmediatePropagation()
  const write = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set
  write.call(box, box.value.toWellFormed())
  box.dispatchEvent(new Event("input", { bubbles: true }))
}

addEventListener("input", mend, true)
document.addEventListener("visibilitychange", reportVisibility)
const STOP = '[class*="st-key-stop_"]'
addEventListener("click", (event) => event.target.closest?.(STOP) && sendStop(), true)
// What Escape closes by itself, and where it has a meaning of its own.
const CLOSABLE = '[data-testid="stPopoverBody"], [role=dialog], [role=listbox], [role=menu]'
const TEXT_FIELD = 'textarea, select, input:not([type=checkbox], [type=radio], [type=file])'
const COMPOSER = '[data-testid="stChatInputTextArea"]'
function isForStop(event) {
  if (event.key !== "Escape" || event.isComposing) return false
  const [target] = event.composedPath()
  if (target.matches?.(TEXT_FIELD) && !target.matches(COMPOSER)) return false
  return ![...document.querySelectorAll(CLOSABLE)].some((open) => open.checkVisibility())
}
// Streamlit's own shortcut would write its key onto the button, a third of a phone's width. In the
// capture phase, so that what Escape is about to close is still open.
addEventListener("keydown", (event) => {
  if (isForStop(event)) document.querySelector(STOP + " button")?.click()
}, true)

// This runs as soon as it is drawn itself, which may be before the conversation beside it is; and
// with the same data it does not run again.
const arrivals = {}
function whenDrawn(purpose, selector, act) {
  arrivals[purpose]?.disconnect()
  const found = document.querySelector(selector)
  if (found) return act(found)
  const arrival = (arrivals[purpose] = new MutationObserver(() => {
    const drawn = document.querySelector(selector)
    if (!drawn) return
    arrival.disconnect()
    act(drawn)
  }))
  arrival.observe(document.body, { childList: true, subtree: true })
}

let wish = 0
function focusOn({ field, wish: wished }) {
  if (wished === wish) return
  wish = wished
  // On a narrow screen the sidebar is folded away.
  if (field !== "edit_box") document.querySelector('[data-testid="stExpandSidebarButton"]')?.click()
  whenDrawn("focus", `.st-key-${field} :is(input, textarea, [data-focus])`, (box) => {
    const fold = box.closest("details")
    if (fold && !fold.open) fold.querySelector("summary").click()
    focusWhenOpen(box)
  })
}

// What is in a fold cannot be focused until Streamlit has drawn it open, some frames later.
function focusWhenOpen(box) {
  if (box.isConnected && box.closest("[inert]")) return setTimeout(() => focusWhenOpen(box), LOOK_MS / 10)
  box.focus()
  box.scrollIntoView({ block: "nearest" })
}

// The header of a growing answer says by its key how the answer stands. A screen reader hears of
// each change once, and of the figures beside it nothing. Looked at now and then: an observer would
// be called at every token.
const LOOK_MS = 250
let looks = null
let phase = null
function tellPhase({ prefix, words }, status) {
  const shown = log.querySelector(`[class*="st-key-${prefix}"]`)
  const key = shown && [...shown.classList].find((name) => name.startsWith("st-key-" + prefix))
  if (!key || key === phase) return
  phase = key
  const said = words[key.slice(("st-key-" + prefix).length).split("_")[0]]
  if (said) status.textContent = said
}

function beginPainting(path) {
  if (paintPath) reportEnd(paintPath)
  paintPath = path
  reportedS = figures = null
  isTextAwaited = Boolean(path)
  if (!path) return
  watchFreezes()
  if (document.hidden) reportVisibility()
}

export default function ({ data: [data], parentElement }) {
  const status = parentElement.querySelector("[role=status]")
  if (status.textContent !== data.say) status.textContent = data.say
  stopPath = data.stop
  warm(data.ahead, data.busy)
  warmCharts(data.later)
  if (paintPath !== data.paint) beginPainting(data.paint)
  if (data.focus) focusOn(data.focus)
  if (!data.transcript) {
    // A page without one: nothing grows here that is to be followed.
    arrivals.log?.disconnect()
    clearInterval(looks)
    return
  }
  whenDrawn("log", ".st-key-" + data.transcript, (found) => {
    watch(found)
    describe(data.busy)
    clearInterval(looks)
    if (data.busy) looks = setInterval(() => tellPhase(data.phases, status), LOOK_MS)
    if (data.turn !== turn) {
      turn = data.turn
      isFollowing = true
      toEnd()
    }
  })
}
