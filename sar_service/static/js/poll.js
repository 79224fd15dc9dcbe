// Keeps a part of a page up to date: asks its address again and again, and puts the new part in the place of the old
// one. The server says when it is done with data-poll-done. What changed is said politely to a screen reader. A link in
// the part that leads to a place of the same page opens the page anew: the rest of it is as old as when it was opened.

const SLOWEST = 30

export function startPolling (element) {
  const first = Number(element.dataset.pollSeconds) || 2
  const voice = document.createElement('p')
  voice.className = 'govuk-visually-hidden'
  voice.setAttribute('role', 'status')
  element.after(voice)
  let current = element
  let wait = first

  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href*="#"]')
    if (!link || !current.contains(link) || event.metaKey || event.ctrlKey || event.shiftKey) return
    if (link.pathname !== window.location.pathname || link.search !== window.location.search) return
    event.preventDefault()
    window.history.replaceState(null, '', link.href)
    window.location.reload()
  })

  function later () {
    if (current.dataset.pollDone !== 'true') setTimeout(look, wait * 1000)
  }

  async function look () {
    if (document.hidden) return later()
    try {
      const answer = await fetch(current.dataset.pollUrl, {
        credentials: 'same-origin',
        headers: { Accept: 'text/html', 'X-Requested-With': 'poll' }
      })
      if (!answer.ok) throw new Error(String(answer.status))
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      const fresh = page.getElementById(current.id)
      if (!fresh) throw new Error('the part is missing')
      wait = first
      if (fresh.innerHTML !== current.innerHTML || fresh.dataset.pollDone !== current.dataset.pollDone) show(fresh)
    } catch {
      wait = Math.min(wait * 2, SLOWEST)
    }
    later()
  }

  function show (fresh) {
    const focused = document.activeElement && current.contains(document.activeElement)
    if (focused) return
    const before = new Map(rows(current))
    const news = rows(fresh).filter(([name, state]) => before.get(name) !== state)
    current.replaceWith(fresh)
    current = fresh
    voice.textContent = news.map(([name, state]) => `${name}: ${state}`).join('. ')
    fresh.dispatchEvent(new CustomEvent('sar:changed', { bubbles: true }))
  }

  function rows (part) {
    return [...part.querySelectorAll('.sar-search')].map((row) => [
      row.querySelector('.sar-search__title')?.textContent.trim() ?? '',
      row.querySelector('.sar-tag')?.textContent.trim() ?? ''
    ])
  }

  later()
}
