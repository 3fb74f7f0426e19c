// Loads what the metrics page draws with while the chat page is idle, and makes one small chart out
// of sight: a browser compiles a library when it is used first, which was half of a first view.
// Told by `page_script.js`; nothing of it is seen.

const CALM_MS = 3000
const BETWEEN_MS = 300
const whenIdle = window.requestIdleCallback ?? setTimeout

// As the metrics page's own charts are made: the same marks, scales, axes and legend.
const X = { field: "at", type: "temporal", axis: { labelExpr: "timeFormat(datum.value, '%H:%M')" } }
const Y = { field: "shown", type: "quantitative", scale: { nice: false } }
const SPEC = {
  width: 200,
  height: 100,
  datasets: { rows: [{ at: 0, shown: 1, line: "p50" }, { at: 6e5, shown: 2, line: "p95" }] },
  layer: [
    {
      data: { name: "rows" },
      mark: "circle",
      encoding: { x: X, y: Y, color: { field: "line", type: "nominal" }, tooltip: [{ field: "line" }] },
    },
    {
      data: { name: "rows" },
      mark: "line",
      encoding: { x: X, y: Y, strokeDash: { field: "line", type: "nominal" } },
    },
  ],
}

let isCalm = true
let left = null

async function makeChart(module) {
  const [load] = Object.values(module) // it has one export, whose name is no word
  const { embed, expressionInterpreter } = await load()
  const view = await embed(document.createElement("div"), SPEC, {
    actions: false,
    renderer: "canvas",
    ast: true,
    expr: expressionInterpreter,
  })
  view.finalize()
}

async function step() {
  if (isCalm) {
    const address = left.shift()
    const isStyle = address.endsWith(".css")
    const module = await (isStyle ? fetch(address) : import(address)).catch(() => null)
    if (module && address.includes("loadVegaEmbed")) await makeChart(module).catch(() => {})
  }
  if (left.length) setTimeout(() => whenIdle(step), isCalm ? BETWEEN_MS : CALM_MS)
}

// Goes on with these parts of the page while nothing is answered, which null says.
export function prepare(addresses) {
  isCalm = Boolean(addresses)
  if (left || !addresses) return
  left = [...addresses]
  setTimeout(() => whenIdle(step), CALM_MS)
}
