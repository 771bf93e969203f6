import { expect, it } from 'vitest'
import { createLogClock } from './log-clock.js'

it('asks as of what is applied: before everything that is on its way or still to come, behind all the rest', () => {
  let now = 1000
  const clock = createLogClock(() => now)
  expect(clock.moment()).toBe(1000)
  const [first, second] = [clock.stamp(), clock.stamp()]
  expect([first, second]).toEqual([1000, 1001])
  now = 1010
  expect(clock.moment()).toBe(first)
  const third = clock.stamp()
  clock.settle([first, third])
  expect(clock.moment()).toBe(second)
  clock.settle([second])
  expect(clock.moment()).toBe(third + 1)
  // A clock that is set back holds nobody up, and moves no moment back.
  now = 500
  expect(clock.moment()).toBe(third + 1)
  expect(clock.stamp()).toBe(third + 1)
})
