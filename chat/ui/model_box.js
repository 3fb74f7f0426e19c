// A combobox of models by the ARIA pattern (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/):
// two lines for each, found by name, id or group as one types, without asking the server. What it is given
// comes from a list on the internet, so it only ever becomes text, never HTML.

const SHOWN = 200 // rows drawn at most; typing narrows them
const WIDTH_PX = 420
const MARGIN_PX = 8
const LEAST_PX = 220

const boxes = new WeakMap()
const lists = (window.tickertapeModels ??= new Map()) // filled by model_list.js

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector("[data-box]")
  let box = boxes.get(root)
  if (!box) boxes.set(root, (box = new Box(root)))
  box.update(data, setStateValue, setTriggerValue)
  return () => box.leave()
}

function make(tag, className, text) {
  const element = document.createElement(tag)
  element.className = className
  if (text !== undefined) element.textContent = text
  return element
}

class Box {
  constructor(root) {
    this.root = root
    this.input = root.querySelector("input")
    this.field = root.querySelector(".field")
    this.shown = root.querySelector(".shown")
    this.list = root.querySelector("[role=listbox]")
    this.panel = root.querySelector(".panel")
    this.status = root.querySelector("[role=status]")
    // The page moves the focus to a field by its key, and cannot see inside of this one.
    const host = root.getRootNode().host
    host.dataset.focus = ""
    host.focus = () => this.input.focus()
    this.all = []
    this.entries = []
    this.matches = []
    this.active = 0
    this.isOpen = false
    this.pending = null
    this.place = this.place.bind(this)
    this.hear = event => event.detail === this.listName && this.read() && this.refresh()
    this.input.addEventListener("click", () => this.open())
    this.input.addEventListener("input", () => this.search())
    this.input.addEventListener("keydown", event => this.press(event))
    this.input.addEventListener("blur", () => this.close())
    // The input keeps the focus whatever is clicked in the panel.
    this.panel.addEventListener("pointerdown", event => event.preventDefault())
    this.panel.addEventListener("click", event => this.click(event))
  }

  update(data, keep, send) {
    this.keep = keep
    this.send = send
    this.longest = data.longest
    this.listName = data.list
    window.addEventListener("tickertape-models", this.hear) // once, however often it is said
    this.fits = data.fits
    this.read()
    // A page that was drawn before the choice arrived must not take it back.
    if (this.pending === null || this.pending === data.chosen) {
      this.pending = null
      this.chosen = data.chosen
      this.name = data.name
    }
    this.refresh()
  }

  // Takes the list that is there, and of it what fits the filters.
  read() {
    const given = lists.get(this.listName)
    if (given && given !== this.given) {
      this.given = given
      this.all = given.map(([id, name, section, facts, star, group]) => ({
        id, name, section, facts, star, words: `${name} ${id} ${section} ${group}`.toLowerCase(),
      }))
    }
    const isOfThis = this.fits?.length === this.all.length
    this.entries = isOfThis ? this.all.filter((_, at) => this.fits[at] === "1") : this.all
    return true
  }

  refresh() {
    if (this.isOpen) this.draw(this.matches[this.active]?.id)
    else this.show()
  }

  leave() {
    window.removeEventListener("tickertape-models", this.hear)
    this.close()
  }

  show() {
    this.root.dataset.chosen = this.chosen
    this.input.value = this.name
    this.input.title = this.name
    this.shown.textContent = this.name
  }

  open() {
    if (this.isOpen) return
    this.isOpen = true
    this.query = ""
    this.input.select()
    this.input.setAttribute("aria-expanded", "true")
    this.panel.showPopover()
    this.draw(this.chosen)
    window.addEventListener("resize", this.place)
    window.addEventListener("scroll", this.place, true)
  }

  close() {
    if (!this.isOpen) return
    this.isOpen = false
    this.input.setAttribute("aria-expanded", "false")
    this.input.removeAttribute("aria-activedescendant")
    this.panel.hidePopover()
    window.removeEventListener("resize", this.place)
    window.removeEventListener("scroll", this.place, true)
    this.show()
  }

  place(event) {
    if (event?.composedPath?.().includes(this.panel)) return
    const field = this.field.getBoundingClientRect()
    const width = Math.min(Math.max(field.width, WIDTH_PX), window.innerWidth - 2 * MARGIN_PX)
    const left = Math.min(field.left, window.innerWidth - width - MARGIN_PX)
    const below = window.innerHeight - field.bottom - 2 * MARGIN_PX
    const isAbove = below < LEAST_PX && field.top > below
    Object.assign(this.panel.style, {
      width: `${width}px`,
      left: `${Math.max(left, MARGIN_PX)}px`,
      top: isAbove ? "auto" : `${field.bottom + 4}px`,
      bottom: isAbove ? `${window.innerHeight - field.top + 4}px` : "auto",
      maxHeight: `${Math.min(isAbove ? field.top - 2 * MARGIN_PX : below, 520)}px`,
    })
  }

  search() {
    const typed = this.input.value
    this.open()
    this.input.value = typed
    this.query = typed.trim()
    this.draw()
  }

  find() {
    const query = this.query.toLowerCase()
    if (!query) return this.entries
    const words = query.split(/\s+/)
    const rank = entry =>
      entry.id.toLowerCase() === query ? 0
        : entry.name.toLowerCase().startsWith(query) ? 1
          : `${entry.name} ${entry.id}`.toLowerCase().includes(query) ? 2 : 3
    return this.entries
      .filter(entry => words.every(word => entry.words.includes(word)))
      .map((entry, order) => ({ entry, order, rank: rank(entry) }))
      .sort((a, b) => a.rank - b.rank || a.order - b.order)
      .map(({ entry }) => entry)
  }

  draw(activeId) {
    const found = this.find()
    this.matches = found.slice(0, SHOWN)
    const query = this.query.toLowerCase()
    const isKnown = this.entries.some(entry => entry.id.toLowerCase() === query)
    // Author and slug, as against a search for "openai/": before those whose ids contain it.
    const isWhole = /^[^\s/]+(\/[^\s/]+)+$/.test(this.query) && !isKnown
    const isLong = isWhole && this.query.length > this.longest
    if (isWhole && !isLong) {
      this.matches.unshift({ id: this.query, name: this.query, facts: "Use this id", isTyped: true })
    }
    const at = this.matches.findIndex(entry => entry.id === activeId)
    this.active = Math.max(at, 0)
    const rows = []
    let section = null
    this.matches.forEach((entry, number) => {
      if (!this.query && entry.section !== section) {
        section = entry.section
        const heading = make("div", "section", section)
        heading.setAttribute("role", "presentation")
        rows.push(heading)
      }
      rows.push(this.row(entry, number))
    })
    this.list.replaceChildren(...rows)
    const more = found.length - SHOWN
    this.status.textContent =
      isLong ? `An id has at most ${this.longest} characters; this one has ${this.query.length}.`
        : more > 0 ? `${more} more: type to find them` : rows.length ? "" : "No model found"
    this.mark()
    this.place()
  }

  row(entry, number) {
    const row = make("div", "option")
    row.id = `option-${number}`
    row.dataset.number = number
    row.setAttribute("role", "option")
    row.setAttribute("aria-selected", String(entry.id === this.chosen))
    const head = make("div", "head")
    head.append(make("span", "name", entry.name))
    if (!entry.isTyped) {
      const star = make("span", entry.star ? "star on" : "star", entry.star ? "★" : "☆")
      star.setAttribute("aria-label", entry.star ? "favourite" : "")
      if (entry.star) star.setAttribute("role", "img")
      else star.setAttribute("aria-hidden", "true")
      head.append(star)
    }
    row.append(head, make("div", "facts", entry.facts))
    return row
  }

  mark() {
    this.list.querySelector(".active")?.classList.remove("active")
    const row = this.list.querySelector(`#option-${this.active}`)
    if (!row) return this.input.removeAttribute("aria-activedescendant")
    row.classList.add("active")
    row.scrollIntoView({ block: "nearest" })
    this.input.setAttribute("aria-activedescendant", row.id)
  }

  step(by) {
    const last = this.matches.length - 1
    this.active = Math.min(Math.max(this.active + by, 0), Math.max(last, 0))
    this.mark()
  }

  press(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }
    if (event.key in steps) {
      event.preventDefault()
      if (this.isOpen) this.step(steps[event.key])
      else this.open()
    } else if (event.key === "Enter") {
      event.preventDefault()
      if (!this.isOpen) this.open()
      else if (event.shiftKey) this.star(this.matches[this.active])
      else this.choose(this.matches[this.active])
    } else if (event.key === "Escape" && this.isOpen) {
      this.close()
    }
  }

  click(event) {
    const row = event.target.closest("[data-number]")
    if (!row) return
    const entry = this.matches[Number(row.dataset.number)]
    if (event.target.closest(".star")) this.star(entry)
    else this.choose(entry)
  }

  choose(entry) {
    if (!entry) return
    this.pending = entry.id
    this.chosen = entry.id
    this.name = entry.name
    this.close()
    // A state and no trigger: Streamlit drops a trigger whose run is overtaken by another. The
    // number tells a model that is picked again.
    this.keep("picked", { id: entry.id, at: performance.now() })
  }

  star(entry) {
    if (!entry || entry.isTyped) return
    const word = entry.star ? "is no favourite any more" : "is a favourite"
    this.send("starred", { id: entry.id, on: !entry.star })
    this.status.textContent = `${entry.name} ${word}`
  }
}
