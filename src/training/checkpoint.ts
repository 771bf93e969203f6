/**
 * Checkpoints: every number that training changes, and where it stood. A checkpoint is a directory with a manifest, named by
 * its step; `latest` names the newest whole one and is replaced atomically, so a kill at any instant loses at most the steps since.
 */
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { atomicWriteFile, makeDirectory, readLargeFile, writeLargeFile } from '../base/index.js'
import { readManifest, writeManifest } from '../model/index.js'
import { checkpointForeign } from './errors.js'
import type { ModelState } from './model-state.js'
import { checkpointName, initialProgress } from './training-progress.js'
import type { TrainingProgressState } from './training-progress.js'

/** Opens the checkpoints of a run. */
export function openCheckpoints(directory: string): Checkpoints {
  const pointer = join(directory, 'latest')
  return {
    path: (name) => join(directory, name),
    latest: () => (existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : null),
    async save(state, progress) {
      const name = checkpointName(progress.epoch, progress.step)
      await writeState(join(directory, name), state, progress)
      atomicWriteFile(pointer, `${name}\n`)
      removeOthers(directory, new Set([name, progress.best?.checkpoint ?? name]))
      return name
    },
    restore: (name, state) => restoreState(join(directory, name), state),
  }
}

export interface Checkpoints {
  path(name: string): string
  /** Name of the newest whole checkpoint, `null` before the first. */
  latest(): string | null
  /** Writes a checkpoint, makes it the latest and removes all but it and the best. */
  save(state: ModelState, progress: TrainingProgressState): Promise<string>
  /** Fills a model's state from a checkpoint; throws when it belongs to another model or a file is damaged. */
  restore(name: string, state: ModelState): Promise<TrainingProgressState>
}

async function writeState(directory: string, state: ModelState, progress: TrainingProgressState): Promise<void> {
  const partial = `${directory}.partial`
  rmSync(partial, { recursive: true, force: true })
  makeDirectory(partial)
  for (const { file, values } of stateArrays(state)) writeLargeFile(join(partial, file), values)
  writeLargeFile(join(partial, 'progress.json'), [Buffer.from(`${JSON.stringify(progress, null, 2)}\n`)])
  await writeManifest(partial, { kind: 'training-state' })
  rmSync(directory, { recursive: true, force: true })
  renameSync(partial, directory)
}

async function restoreState(directory: string, state: ModelState): Promise<TrainingProgressState> {
  const manifest = await readManifest(directory)
  const arrays = stateArrays(state)
  const known = new Set([...arrays.map(({ file }) => file), 'progress.json'])
  for (const file of Object.keys(manifest.files)) {
    if (!known.has(file)) throw checkpointForeign({ directory, part: file, expected: 'absent', got: 'a file' })
  }
  for (const { file, values } of arrays) {
    const path = join(directory, file)
    const expected = values.reduce((sum, { length }) => sum + length, 0)
    const got = existsSync(path) ? statSync(path).size / 4 : 0
    if (got !== expected)
      throw checkpointForeign({ directory, part: file, expected: `${String(expected)} floats`, got: String(got) })
    readLargeFile(path, values)
  }
  const stored = JSON.parse(readFileSync(join(directory, 'progress.json'), 'utf8')) as Partial<TrainingProgressState>
  // Written before there were warm starts, it does not speak of earlier training.
  return { ...initialProgress, ...stored }
}

/** Every array of the state, by its file name; views of the live memory, those of a table's shards one after the other. */
function stateArrays(state: ModelState): { file: string; values: Float32Array[] }[] {
  const file = (kind: string, name: string): string => `${kind}-${encodeURIComponent(name)}.f32`
  return [
    ...[...state.tables].map(([name, { shards }]) => ({
      file: file('table', name),
      values: shards.map(({ rows }) => rows),
    })),
    ...state.dense.names.map((name) => ({ file: file('dense', name), values: [state.dense.raw(name)] })),
    ...[...state.running].map(([name, values]) => ({ file: file('running', name), values: [values] })),
    ...averageArrays(state).map(([name, values]) => ({ file: file('average', name), values: [values] })),
  ]
}

const averageArrays = ({ average }: ModelState): [string, Float32Array][] =>
  average ? [['refreshes', average.refreshes], ...average.values] : []

function removeOthers(directory: string, kept: ReadonlySet<string>): void {
  for (const name of readdirSync(directory)) {
    if (name.startsWith('epoch-') && !kept.has(name)) rmSync(join(directory, name), { recursive: true, force: true })
  }
}
