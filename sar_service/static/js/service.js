// Where the scripts of every page begin. Each makes a page that already works a little quicker or kinder; without
// scripts nothing is lost. The design system's components come from vendor/, ours from the modules beside this one.

import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  ExitThisPage,
  NotificationBanner,
  PasswordInput,
  Radios,
  ServiceNavigation,
  SkipLink,
  createAll
} from '../vendor/govuk-frontend.min.js'
import { startMarks } from './marks.js'
import { shutIfNarrow } from './narrow.js'
import { startPolling } from './poll.js'
import { startTimeout } from './timeout.js'
import { startViewer } from './viewer.js'

for (const component of [
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  ExitThisPage,
  NotificationBanner,
  PasswordInput,
  Radios,
  ServiceNavigation,
  SkipLink
]) {
  createAll(component)
}

function each (name, start) {
  for (const element of document.querySelectorAll(`[data-module="${name}"]`)) start(element)
}

each('sar-announce', (element) => element.focus())
each('sar-narrow-shut', shutIfNarrow)
each('sar-poll', startPolling)
each('sar-timeout', startTimeout)
startMarks(document.querySelectorAll('[data-module="sar-unit"]'))
each('sar-viewer', startViewer)
