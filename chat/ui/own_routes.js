// The app's own routes, for the scripts beside this one: where they are, and sending to them.

// Of a path of the app's own, wherever it is mounted.
export function address(path) {
  const base = document.baseURI.replace(/[?#].*$/, "").replace(/[^/]*$/, "")
  return base.replace(/\/$/, "") + path
}

export function post(path, body) {
  const named = { method: "POST", keepalive: true, body: body && JSON.stringify(body) }
  fetch(address(path), named).catch(() => {})
}

// A report of what is shown: sent once the page has painted it.
export function postPainted(path, seen) {
  requestAnimationFrame(() => setTimeout(() => post(path, seen)))
}
