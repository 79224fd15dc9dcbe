// Warns before somebody is signed out, and keeps them signed in if they say so. Other open windows of the same
// service count as activity too. Without scripts the form's own pages say what was kept.

export function startTimeout (dialog) {
  const limit = Number(dialog.dataset.seconds) * 1000
  const warning = Number(dialog.dataset.warning) * 1000
  const form = dialog.querySelector('form')
  const leave = dialog.querySelector('a')
  if (!limit || !form || typeof dialog.showModal !== 'function') return
  const key = 'sar-last-answer'
  let timer

  function remember () {
    try {
      window.localStorage.setItem(key, String(Date.now()))
    } catch { /* private windows may refuse; this window then counts for itself */ }
  }

  function last () {
    try {
      return Number(window.localStorage.getItem(key)) || started
    } catch {
      return started
    }
  }

  let started = Date.now()
  remember()
  plan()

  function plan () {
    clearTimeout(timer)
    const left = last() + limit - Date.now()
    if (left <= 0) {
      window.location.assign(leave.href)
    } else if (left <= warning) {
      if (!dialog.open) dialog.showModal()
      timer = setTimeout(plan, Math.min(left, 5000))
    } else {
      if (dialog.open) dialog.close()
      timer = setTimeout(plan, left - warning)
    }
  }

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    try {
      const answer = await fetch(form.action, {
        method: 'POST',
        body: new FormData(form),
        credentials: 'same-origin'
      })
      if (!answer.ok) throw new Error(String(answer.status))
      started = Date.now()
      remember()
      dialog.close()
      plan()
    } catch {
      form.submit()
    }
  })
}
