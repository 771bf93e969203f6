import { getPriority, platform } from 'node:os'
import { expect, it } from 'vitest'
import { lowerPriority, restorePriority } from './thread-priority.js'

it('lowers a priority that it can restore, and costs one step where it cannot', () => {
  const usual = getPriority()
  lowerPriority()
  const lowered = getPriority() - usual
  restorePriority()
  const left = getPriority() - usual
  const possible = platform() === 'linux' ? ['10, 0', '1, 1'] : ['0, 0']
  expect(possible).toContain([lowered, left].join(', '))
})
