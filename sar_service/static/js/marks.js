// Marks in a text. Choosing a mark shows its row in the list beside the text and back again. Selecting words fills the
// form that adds a mark (the form with data-add-mark), which can always be filled by typing instead.
//
// Places in a text are counted in Unicode code points, as the server counts them.

export function startMarks (units) {
  if (!units.length) return

  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[data-mark]')
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return
    const row = document.getElementById(`mark-row-${link.dataset.mark}`)
    if (!row) return
    event.preventDefault()
    choose(link.dataset.mark)
    row.focus({ preventScroll: true })
    row.scrollIntoView({ block: 'nearest' })
  })

  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    const row = document.activeElement?.closest?.('[id^="mark-row-"]')
    if (!row) return
    document.querySelector(`#${CSS.escape('mark-' + row.id.slice('mark-row-'.length))} a`)?.focus()
  })

  const form = document.querySelector('form[data-add-mark]')
  if (!form) return
  document.addEventListener('selectionchange', () => {
    const found = selected([...units])
    if (!found) return
    form.elements.unit.value = found.unit
    form.elements.start.value = found.start
    form.elements.end.value = found.end
    form.elements.words.value = found.words
  })
  form.elements.words.addEventListener('input', () => {
    form.elements.start.value = ''
    form.elements.end.value = ''
  })
}

function choose (id) {
  for (const one of document.querySelectorAll('.sar-mark--current, .sar-mark-row--current, .sar-box--current')) {
    one.classList.remove('sar-mark--current', 'sar-mark-row--current', 'sar-box--current')
  }
  document.getElementById(`mark-${id}`)?.classList.add('sar-mark--current')
  document.getElementById(`mark-row-${id}`)?.classList.add('sar-mark-row--current')
  document.querySelector(`.sar-box[data-mark="${CSS.escape(id)}"]`)?.classList.add('sar-box--current')
}

function selected (units) {
  const selection = window.getSelection()
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null
  const range = selection.getRangeAt(0)
  const unit = units.find((one) => one.contains(range.startContainer) && one.contains(range.endContainer))
  if (!unit) return null
  let at = 0
  let start = null
  let end = null
  let words = ''
  for (const node of texts(unit)) {
    const letters = [...node.data]
    if (range.intersectsNode(node)) {
      const from = node === range.startContainer ? count(node.data.slice(0, range.startOffset)) : 0
      const to = node === range.endContainer ? count(node.data.slice(0, range.endOffset)) : letters.length
      if (to > from) {
        start ??= at + from
        end = at + to
        words += letters.slice(from, to).join('')
      }
    }
    at += letters.length
  }
  if (start === null || !words.trim()) return null
  const spaceBefore = count(words) - count(words.trimStart())
  const spaceAfter = count(words) - count(words.trimEnd())
  return { unit: unit.dataset.unit, start: start + spaceBefore, end: end - spaceAfter, words: words.trim() }
}

function count (text) {
  return [...text].length
}

function texts (unit) {
  const walker = document.createTreeWalker(unit, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.closest('[data-not-text]') ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT
  )
  const found = []
  while (walker.nextNode()) found.push(walker.currentNode)
  return found
}
