/**
 * Latency before, during and after swaps, at half of the capacity, open loop. One swap after the other: the alias is pointed at the other
 * version; `during` begins when the server starts to load it and ends half a second after the switch, when the old threads are gone; `before` and
 * `after` are the calm times around it. The ratio's interval draws whole swaps, so what falls on one swap stays together.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../load/ticks.js'
import { interval, p50p95p99, quantile } from '../statistics.js'
import { alias } from './set-up.js'

const drainMs = 500

export async function swaps(bench, { count, calmMs, rate }) {
  const switched = []
  let heard = () => undefined
  const side = await bench.serve([], {
    onLine(line, at) {
      const seconds = /serves \(loaded and warmed in ([\d.]+) s\)/.exec(line)?.[1]
      if (seconds) switched.push({ at, began: at - 1000 * Number(seconds) })
      if (seconds || /is refused/.test(line)) heard(line)
    },
  })
  const running = side.generator.run({ rate, seconds: 3600 })
  const windows = []
  await sleep(500)
  for (let swap = 0; swap < count; swap++) {
    await sleep(calmMs)
    const answer = new Promise((resolve) => (heard = resolve))
    const pointed = now()
    bench.registry.setAlias(alias, bench.versions[(swap + 1) % 2])
    const line = await answer
    if (/is refused/.test(line)) throw new Error(line)
    const { at, began } = switched.at(-1)
    await sleep(drainMs + calmMs)
    windows.push({
      before: [pointed - calmMs, pointed],
      during: [began, at + drainMs],
      after: [at + drainMs, at + drainMs + calmMs],
    })
  }
  side.generator.stop()
  const { due, latency, failed, causes } = await running
  await bench.stop(side)
  const phases = windows.map((window) =>
    Object.fromEntries(Object.entries(window).map(([name, range]) => [name, within({ due, latency }, range)])),
  )
  return { ...summary(phases, failed), causes }
}

function within({ due, latency }, [from, to]) {
  return [...latency].filter((_, index) => due[index] >= from && due[index] < to)
}

function summary(phases, failed) {
  const pooled = (all, name) => all.flatMap((phase) => phase[name])
  const ratio = (all) => quantile(pooled(all, 'during'), 0.99) / quantile(pooled(all, 'before'), 0.99)
  const of = (name) => ({ ...p50p95p99(pooled(phases, name)), requests: pooled(phases, name).length })
  return {
    p99Ratio: ratio(phases),
    p99RatioUpper: interval(phases, ratio, 400)[1],
    failed,
    swaps: phases.length,
    before: of('before'),
    during: of('during'),
    after: of('after'),
  }
}
