// Shuts what can be opened where there is little room, so that what follows it comes first. Without scripts it stays open.

const NARROW = '(max-width: 899.98px)'

export function shutIfNarrow (details) {
  if (window.matchMedia(NARROW).matches) details.open = false
}
