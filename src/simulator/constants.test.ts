import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { storeConstants } from './constants.js'

it('docs/simulator.md has every constant with its value and a reason', () => {
  const text = readFileSync(fileURLToPath(new URL('../../docs/simulator.md', import.meta.url)), 'utf8')
  const rows = [...text.matchAll(/^\| `(\w+)` \| ([-\d. to]+) \| (.+) \|$/gm)]
  const documented = Object.fromEntries(rows.map(([, name, value]) => [name, value]))
  const actual = Object.entries(storeConstants).map(([name, value]) => [
    name,
    typeof value === 'number' ? String(value) : value.join(' to '),
  ])
  expect(documented).toEqual(Object.fromEntries(actual))
})
