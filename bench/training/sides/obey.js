/**
 * How a side is driven (bench/peers/training/obey.py is the same for Python). It is a process that trains one model over a workload's rows, batch
 * after batch, and starts again at their end. It says `{}` when it is ready, then takes lines and answers each by one:
 *
 *   run <seconds>      trains so long                                   → what it trained in this block: { examples, seconds }
 *   finish <seconds>   trains on to the last score, at most so long      → { scored: [{ examples, seconds }] }, seconds of training up to there
 *
 * Each time `scoreEvery` more examples are seen, up to `examples`, it writes its probabilities of the held-out rows to `<scores>/<examples>.f32`;
 * that is in no clock. Its only argument: the workload with `directory`, `threads`, `precision` and `scores`, as JSON.
 */
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export const task = JSON.parse(process.argv[2])
const { batchSize, examples, scoreEvery = examples } = task

/** The rows of `train` or `held-out`: `ids` by column, `numbers`, `labels`, each one array. */
export function readRows(part) {
  const read = (name, Type) => {
    const { buffer, byteOffset, byteLength } = readFileSync(join(task.directory, part, name))
    return new Type(buffer, byteOffset, byteLength / 4)
  }
  return {
    ids: Object.fromEntries(task.columns.map(({ name }) => [name, read(`${name}.i32`, Int32Array)])),
    numbers: read('numbers.f32', Float32Array),
    labels: read('labels.f32', Float32Array),
  }
}

/**
 * `step(first)` trains on the batch that begins at row `first`; `settle()` resolves when what it has begun is done, where that is later; `predict()`
 * answers the probabilities of the held-out rows.
 */
export async function obey({ step, settle = () => {}, predict }) {
  let [seen, seconds] = [0, 0]
  const scored = []
  const timed = async (work) => {
    const start = performance.now()
    await work()
    seconds += (performance.now() - start) / 1000
  }
  const trainWhile = async (isWanted) => {
    while (isWanted()) {
      await timed(() => step(seen % examples))
      seen += batchSize
      const isScored = seen % scoreEvery === 0 && seen <= examples
      if (isScored || !isWanted()) await timed(settle)
      if (isScored) {
        writeFileSync(join(task.scores, `${seen}.f32`), await predict())
        scored.push({ examples: seen, seconds })
      }
    }
  }
  const say = (answer) => console.log(JSON.stringify(answer))
  const lines = createInterface({ input: process.stdin })
  lines.on('line', async (line) => {
    const [word, limit] = line.split(' ')
    const before = { seen, seconds }
    await trainWhile(() => seconds - before.seconds < Number(limit) && (word === 'run' || seen < examples))
    say(word === 'run' ? { examples: seen - before.seen, seconds: seconds - before.seconds } : { scored })
  })
  say({})
  await once(lines, 'close')
}
