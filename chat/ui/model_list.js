// The models of a box, apart from it: they come once, and the box is told again at each choice.
// What is here is found by the box under the same name (`model_box.js`).

const lists = (window.tickertapeModels ??= new Map())

export default function ({ data: [data] }) {
  lists.set(data.name, data.entries)
  window.dispatchEvent(new CustomEvent("tickertape-models", { detail: data.name }))
  return () => lists.delete(data.name)
}
