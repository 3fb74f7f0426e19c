// Copies a text to the clipboard, and nowhere else. How the button looks is here too: every button
// of the page would bring it along, and there is one below each answer.

const SHOWN_MS = 1500

const looks = new CSSStyleSheet()
looks.replaceSync(`
button { cursor: pointer; font: 0.875rem/1.6 var(--st-font); color: var(--st-text-color);
         border-radius: var(--st-button-radius, 0.6rem); }
button:hover { color: var(--st-link-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); }
`)

export default function ({ data, parentElement }) {
  const sheets = parentElement.getRootNode().adoptedStyleSheets
  if (!sheets.includes(looks)) sheets.push(looks)
  const button = parentElement.querySelector("button")
  button.textContent = data.label
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(data.text)
      button.textContent = "Copied"
    } catch {
      button.textContent = "Not allowed"
    }
    setTimeout(() => { button.textContent = data.label }, SHOWN_MS)
  }
}
