import { getPriority, platform } from 'node:os'
import { expect, it } from 'vitest'
import { lowerPriority } from './thread-priority.js'

it('lowers a priority that it can restore, and costs one step where it cannot', () => {
  const usual = getPriority()
  const restore = lowerPriority()
  const lowered = getPriority() - usual
  restore()
  const left = getPriority() - usual
  const possible = platform() === 'linux' ? ['10, 0', '1, 1'] : ['0, 0']
  expect(possible).toContain([lowered, left].join(', '))
})
