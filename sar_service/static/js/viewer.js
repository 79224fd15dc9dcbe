// A box on a page of a document: two clicks, one for each corner, fill the four numbers of the form with
// data-add-box. No dragging is needed, and the numbers can always be typed and nudged instead.

const SVG = 'http://www.w3.org/2000/svg'

export function startViewer (svg) {
  const form = document.querySelector('form[data-add-box]')
  if (!form) return
  const width = Number(svg.dataset.width)
  const height = Number(svg.dataset.height)
  const draft = document.createElementNS(SVG, 'rect')
  draft.setAttribute('class', 'sar-viewer__draft')
  let corner = null
  svg.classList.add('sar-viewer__svg--drawing')

  svg.addEventListener('click', (event) => {
    if (event.target.closest('a')) return
    const here = place(event)
    if (!corner) {
      corner = here
      fill(here, here)
    } else {
      fill(corner, here)
      corner = null
    }
  })

  svg.addEventListener('mousemove', (event) => {
    if (corner) fill(corner, place(event))
  })

  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !corner) return
    corner = null
    draft.remove()
  })

  form.addEventListener('input', () => draw())

  function place (event) {
    const box = svg.getBoundingClientRect()
    return {
      x: Math.min(Math.max(((event.clientX - box.left) / box.width) * width, 0), width),
      y: Math.min(Math.max(((event.clientY - box.top) / box.height) * height, 0), height)
    }
  }

  function fill (one, other) {
    form.elements.left.value = Math.min(one.x, other.x).toFixed(1)
    form.elements.top.value = Math.min(one.y, other.y).toFixed(1)
    form.elements.right.value = Math.max(one.x, other.x).toFixed(1)
    form.elements.bottom.value = Math.max(one.y, other.y).toFixed(1)
    draw()
  }

  function draw () {
    const [left, top, right, bottom] = ['left', 'top', 'right', 'bottom'].map((name) =>
      Number(form.elements[name].value)
    )
    if (![left, top, right, bottom].every(Number.isFinite) || right < left || bottom < top) return draft.remove()
    draft.setAttribute('x', left)
    draft.setAttribute('y', top)
    draft.setAttribute('width', right - left)
    draft.setAttribute('height', bottom - top)
    svg.append(draft)
  }
}
