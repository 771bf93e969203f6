/** A side as a process (bench/training/sides/obey.js says how it is driven), and what it has scored. */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { evaluatePointwise } from '../../dist/evaluation/index.js'

/** Starts a side; throws with the last line of what it said where it does not come up or ends before it is told to. */
export async function startSide({ command, args, env }, task) {
  mkdirSync(task.scores, { recursive: true })
  const child = spawn(command, [...args, JSON.stringify(task)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  // A side that has died is told nothing: the next answer says so.
  child.stdin.on('error', () => {})
  let said = ''
  child.on('error', ({ message }) => (said = message))
  child.stderr.on('data', (text) => (said = `${said}${text}`.slice(-2000)))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(said.trim().split('\n').at(-1) || 'it ended')
    return JSON.parse(value)
  }
  const ask = (line) => {
    child.stdin.write(`${line}\n`)
    return answer()
  }
  const ended = new Promise((resolve) => child.once('close', resolve))
  await answer()
  return {
    run: (seconds) => ask(`run ${seconds}`),
    /** Trains on for at most so long; metrics of the held-out rows by examples seen, `seconds` of training up to there. */
    async finish(seconds) {
      const { scored } = await ask(`finish ${seconds}`)
      return scored.map((at) => ({ ...at, ...metricsOf(task, join(task.scores, `${at.examples}.f32`)) }))
    },
    async stop() {
      child.kill()
      await ended
    },
  }
}

/** All sides are judged by the same code; a probability that single precision rounds to 0 or 1 counts as this far from it. */
const closest = 1e-7

function metricsOf({ directory }, file) {
  const floats = (path) => {
    const { buffer, byteOffset, byteLength } = readFileSync(path)
    return new Float32Array(buffer, byteOffset, byteLength / 4)
  }
  const labels = floats(join(directory, 'held-out', 'labels.f32'))
  const scores = floats(file).map((score) => Math.min(1 - closest, Math.max(closest, score)))
  const { logLoss, auc } = evaluatePointwise('binary', { scores, labels })
  return { logLoss, auc }
}
