/** One workload: all sides side by side, in blocks that take turns, then each to the end of its examples. */
import { cpus } from 'node:os'
import { join } from 'node:path'
import { inBlocks, median, ratioOfLaps } from '../statistics.js'
import { openMatrixPeak, operationsOfStep } from './matrix-peak.js'
import { startSide } from './side-process.js'

/** Each at most as long as the whole; blocks are short, so that those of a lap lie close together. */
const [warmUpSeconds, blockSeconds, peakSeconds] = [3, 2, 1]
/** A side that needs longer to the end of its examples has no log loss. */
const mostSecondsToFinish = 600

export const threads = cpus().length

/**
 * `sides`: by name `{ precision, program(), settings }`. Answers by name `{ precision, examplesPerSecond, logLoss, … }`, nulls and a `reason` for
 * a side that did not come through, and of the whole `matrixPeakGflops` by precision, `discarded` and `total` blocks, `compare(ours, theirs)`.
 */
export async function measure(workload, sides, { seconds, calibrate, scores, say, leaveOut }) {
  const results = {}
  const running = {}
  const failed = async (name, { message }) => {
    leaveOut(`${name} on ${workload.name}`, message)
    results[name] = {
      precision: sides[name].precision,
      examplesPerSecond: null,
      ...judged(workload, []),
      reason: message,
    }
    const side = running[name]
    delete running[name]
    await side?.stop()
  }
  const attempt = async (name, work) => {
    try {
      return await work()
    } catch (error) {
      await failed(name, error)
      return null
    }
  }
  const peaks = {}
  try {
    for (const [name, { precision, program, settings }] of Object.entries(sides))
      await attempt(name, async () => {
        const task = { ...workload, threads, precision, settings, scores: join(scores, workload.name, name) }
        running[name] = await startSide(program(), task)
        await running[name].run(Math.min(warmUpSeconds, seconds))
      })
    const started = Object.keys(running)
    for (const name of started) {
      const { precision } = sides[name]
      peaks[precision] ??= await openMatrixPeak(workload, { threads, precision })
    }
    const turns = {}
    for (const [precision, peak] of Object.entries(peaks))
      turns[peakOf(precision)] = () => peak.measure(Math.min(peakSeconds, seconds))
    for (const name of started)
      turns[name] = () => running[name] && attempt(name, () => running[name].run(Math.min(blockSeconds, seconds)))
    const { laps, blocks, discarded, total } = await inBlocks(turns, { seconds, calibrate })
    const rateOf = (block) => block.examples / block.seconds
    const rates = Object.fromEntries(started.map((name) => [name, blocks[name].filter(Boolean).map(rateOf)]))
    for (const name of Object.keys(running))
      await attempt(name, async () => {
        const examplesPerSecond = median(rates[name])
        const isInTime = workload.examples / examplesPerSecond <= mostSecondsToFinish
        const scored = isInTime ? await running[name].finish(mostSecondsToFinish) : []
        const { precision } = sides[name]
        results[name] = { precision, examplesPerSecond, ...judged(workload, scored) }
        say(`${workload.name}: ${name} ${JSON.stringify(results[name])}`)
      })
    return {
      results,
      discarded,
      total,
      matrixPeakGflops: Object.fromEntries(
        Object.keys(peaks).map((precision) => [precision, median(blocks[peakOf(precision)])]),
      ),
      compare: (ours, theirs) => ratioOfLaps(laps, [ours, theirs], rateOf),
    }
  } finally {
    await Promise.all([
      ...Object.values(peaks).map((peak) => peak.close()),
      ...Object.values(running).map((side) => side.stop()),
    ])
  }
}

/** Of the turns of the products, which are no side. */
const peakOf = (precision) => `products of ${precision}`

/**
 * Held-out quality after the workload's examples; where it has a target, the examples and the seconds up to the first score that reaches it. Seconds
 * are those of training alone, for all sides: judging is in no clock.
 */
function judged({ examples, targetAuc }, scored) {
  const last = scored.find((at) => at.examples === examples)
  const reached = scored.find(({ auc }) => auc >= targetAuc)
  return {
    logLoss: last?.logLoss ?? null,
    auc: last?.auc ?? null,
    ...(targetAuc === undefined
      ? {}
      : { examplesToAuc: reached?.examples ?? null, secondsToAuc: reached?.seconds ?? null }),
  }
}

/** How many times as fast as a peer the machine's matrix products alone would be. */
export const boundOf = (workload, { examplesPerSecond }, matrixPeakGflops) =>
  workload.batchSize / examplesPerSecond / (operationsOfStep(workload) / (1e9 * matrixPeakGflops))
