/** Rests between pieces of work that nobody waits for: whoever serves meanwhile finds the processors free most of the time. */
import { setTimeout as sleep } from 'node:timers/promises'

/** To be called after each piece of work. */
export type Rest = () => Promise<void>

/** For those who are alone. */
export const noRest: Rest = () => Promise.resolve()

/** Milliseconds of rest for each one of work, and altogether: a large catalogue need not wait for minutes. */
const [restPerWork, mostRestMs] = [9, 10_000]

/** Rests where others serve, at most so many milliseconds altogether, and does nothing where nobody does; work begins now. */
export function createRest(isBackground: boolean, most = mostRestMs): Rest {
  let last = performance.now()
  let left = isBackground ? most : 0
  return async () => {
    const rest = Math.min(left, restPerWork * (performance.now() - last))
    if (rest < 1) return
    left -= rest
    await sleep(rest)
    last = performance.now()
  }
}
