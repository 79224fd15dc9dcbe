// Compiles the style sheet, copies the design system's script and writes down what was made from what, so that the
// house can tell whether the committed files are still the ones these sources make. Needs Node once, when a source
// changes; nobody who runs the service needs it.

import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as sass from 'sass'

const here = dirname(fileURLToPath(import.meta.url))
const out = join(here, '..', 'sar_service', 'static')
process.chdir(here)

const made = sass.compile('sass/service.scss', {
  style: 'compressed',
  loadPaths: ['.', 'node_modules'],
  quietDeps: true
})
const css = made.css.replace(/^\uFEFF/, '') + '\n'
for (const brand of ['GDS Transport', '@font-face', 'govuk-header__logotype', 'govuk-footer__crown', 'govuk-crest']) {
  if (css.includes(brand)) throw new Error(`the style sheet holds "${brand}", which a council may not use`)
}
for (const folder of ['css', 'vendor']) mkdirSync(join(out, folder), { recursive: true })
writeFileSync(join(out, 'css', 'service.css'), css)

const script = readFileSync('node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js', 'utf8')
writeFileSync(join(out, 'vendor', 'govuk-frontend.min.js'), script.replace(/\n?\/\/# sourceMappingURL=.*\n?$/, '\n'))

for (const name of readdirSync('licences')) {
  mkdirSync(join(out, 'licences'), { recursive: true })
  copyFileSync(join('licences', name), join(out, 'licences', name))
}

function sum (path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

const versions = JSON.parse(readFileSync('package.json', 'utf8')).devDependencies
const sources = ['package.json', 'package-lock.json', 'build.mjs', ...readdirSync('sass').sort().map((name) => `sass/${name}`)]
const results = ['css/service.css', 'vendor/govuk-frontend.min.js']
writeFileSync(
  join(out, 'manifest.json'),
  JSON.stringify(
    {
      made_with: versions,
      sources: Object.fromEntries(sources.map((name) => [name, sum(name)])),
      results: Object.fromEntries(results.map((name) => [name, sum(join(out, name))]))
    },
    null,
    2
  ) + '\n'
)
