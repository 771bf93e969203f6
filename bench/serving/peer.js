/**
 * A peer: the same graph in Python's onnxruntime behind a thin server (bench/peers/onnxruntime_server.py), asked the same requests by the same
 * generator. It gets its inputs encoded and its crosses for nothing.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openBundle } from '../../dist/model/index.js'
import { startGenerator } from '../load/start-generator.js'
import { paperRow } from '../random-bundle.js'
import { argsOf, rowsOf, shapes } from './latency.js'
import { candidateCount, itemCount, rankRequests, userCount } from './set-up.js'

const peers = fileURLToPath(new URL('../peers/', import.meta.url))
const home = fileURLToPath(new URL('../../.widedeep/peers/onnxruntime/', import.meta.url))
const python = join(home, 'bin', 'python')

/** Installs what the peer needs, once; false where that cannot be done. */
function install() {
  const isDone = join(home, 'done')
  if (existsSync(isDone)) return true
  const run = (command, args) => spawnSync(command, args, { stdio: ['ignore', 2, 2], timeout: 600_000 }).status === 0
  const isInstalled =
    run('python3', ['-m', 'venv', home]) &&
    run(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '-r', join(peers, 'serving-requirements.txt')])
  if (isInstalled) writeFileSync(isDone, '')
  else rmSync(home, { recursive: true, force: true })
  return isInstalled
}

/** Rows that are encoded at once. */
const chunk = 500

/** Writes the inputs of the graph in halves that add up: what comes with the user, and what with the item. */
async function writeInputs(bundleDirectory, directory) {
  mkdirSync(directory, { recursive: true })
  await copyFile(join(bundleDirectory, 'model.onnx'), join(directory, 'model.onnx'))
  const bundle = await openBundle(bundleDirectory)
  const inputsOf = (rows) => bundle.networkInputs(bundle.encoder.encode(rows))
  const [user, item] = [paperRow('u', 0), paperRow('i', 0)]
  const isOfItem = ofItem(inputsOf(Array.from({ length: 20 }, (_, i) => ({ ...user, ...paperRow('i', i) }))))
  const inputs = Object.fromEntries(Object.entries(isOfItem).map(([name, own], i) => [name, [`input${i}`, own.length]]))
  const write = async (side, count, rowOf, isOwn) => {
    const files = Object.fromEntries(
      Object.entries(inputs).map(([name, [file]]) => [name, createWriteStream(join(directory, `${file}.${side}`))]),
    )
    for (let first = 0; first < count; first += chunk) {
      const made = inputsOf(Array.from({ length: Math.min(chunk, count - first) }, (_, i) => rowOf(first + i)))
      for (const [name, file] of Object.entries(files)) {
        const { length } = isOfItem[name]
        const half = made[name].data.map((value, at) => (isOwn(isOfItem[name][at % length], name) ? value : 0))
        if (!file.write(Buffer.from(half.buffer))) await once(file, 'drain')
      }
    }
    for (const file of Object.values(files)) await once(file.end(), 'finish')
  }
  const isCross = (name) => name === 'wide/logit'
  await write(
    'users',
    userCount,
    (i) => ({ ...paperRow('u', i), ...item }),
    (isItem, name) => !isItem && !isCross(name),
  )
  await write(
    'items',
    itemCount,
    (i) => ({ ...user, ...paperRow('i', i) }),
    (isItem, name) => isItem && !isCross(name),
  )
  writeFileSync(join(directory, 'inputs.json'), JSON.stringify(inputs))
  await bundle.close()
}

/** By input: whether each element changes with the item. */
const ofItem = (inputs) =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, { data, shape }]) => {
      const width = shape[1]
      return [
        name,
        Array.from({ length: width }, (_, i) => data.some((value, at) => at % width === i && value !== data[i])),
      ]
    }),
  )

async function start(directory, threads) {
  const child = spawn(python, [join(peers, 'onnxruntime_server.py'), directory, String(threads)], {
    stdio: ['ignore', 'pipe', 2],
  })
  const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => [''])])
  if (String(line) === '') throw new Error('the peer does not start')
  const generator = await startGenerator({ port: Number(String(line)), requests: rankRequests() })
  await generator.run({ concurrency: 2, seconds: 2 })
  return {
    generator,
    async stop() {
      generator.close()
      child.kill()
      await once(child, 'exit')
    },
  }
}

/** Rows of the peer and of this server beside it, with one thread and with two, and what each can do at most. */
export async function peer(bench, { say, ...settings }) {
  if (!install()) {
    say('SKIPPED: the peer in Python, because onnxruntime cannot be installed here')
    return []
  }
  const directory = join(bench.home, 'peer')
  await writeInputs(bench.registry.resolve(bench.versions[0]).directory, directory)
  const rows = []
  for (const shape of shapes) {
    const [other, own] = [await start(directory, shape.threads), await bench.serve(argsOf(shape))]
    const sides = {
      peer: { ...other, row: { model: 'wide-deep, Python onnxruntime', ...shape, batch: candidateCount } },
      own: { ...own, row: { model: 'wide-deep, beside the peer', ...shape } },
    }
    for (const [index, row] of (await rowsOf(sides, settings)).entries()) {
      const { generator } = Object.values(sides)[index]
      const { latency, seconds } = await generator.run({ concurrency: 4, seconds: settings.blockSeconds })
      rows.push({ ...row, candidatesPerSecond: (latency.length * candidateCount) / seconds })
    }
    await other.stop()
    await bench.stop(own)
  }
  rmSync(directory, { recursive: true })
  return rows
}
