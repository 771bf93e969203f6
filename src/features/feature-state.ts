/** What was learned from the data, apart from the declarations; written into the prepared data and into the bundle. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeDirectory, writeLargeFile } from '../base/index.js'
import type { ColumnState } from './column.js'
import { stateVersionUnknown } from './errors.js'

export interface FeatureState {
  readonly columns: Readonly<Record<string, ColumnState>>
  readonly crosses: Readonly<Record<string, ColumnState>>
  /** Classes of the label in the order of the logits, for heads that have them. */
  readonly labels?: readonly string[] | undefined
}

const formatVersion = 1
const arrayTypes = { u8: Uint8Array, i32: Int32Array, f64: Float64Array } as const
type ArrayType = keyof typeof arrayTypes

interface StoredColumn {
  readonly json: ColumnState['json']
  readonly arrays: Readonly<Record<string, { readonly file: string; readonly type: ArrayType }>>
}

interface StoredState {
  readonly formatVersion: number
  readonly columns: Readonly<Record<string, StoredColumn>>
  readonly crosses: Readonly<Record<string, StoredColumn>>
  readonly labels?: readonly string[]
}

/** Writes the state: `state.json` and one little-endian file per array. */
export function saveFeatureState(directory: string, state: FeatureState): void {
  makeDirectory(directory)
  const store = (group: string, columns: FeatureState['columns']): StoredState['columns'] =>
    Object.fromEntries(
      Object.entries(columns).map(([name, column]) => [
        name,
        storeColumn(directory, `${group}-${encodeURIComponent(name)}`, column),
      ]),
    )
  const stored: StoredState = {
    formatVersion,
    columns: store('column', state.columns),
    crosses: store('cross', state.crosses),
    ...(state.labels ? { labels: state.labels } : {}),
  }
  writeLargeFile(join(directory, 'state.json'), [Buffer.from(`${JSON.stringify(stored, null, 2)}\n`)])
}

/** Reads a state back; throws `FEATURES_STATE_VERSION_UNKNOWN`. */
export function loadFeatureState(directory: string): FeatureState {
  const path = join(directory, 'state.json')
  const stored = JSON.parse(readFileSync(path, 'utf8')) as StoredState
  if (stored.formatVersion !== formatVersion) throw stateVersionUnknown({ path, got: stored.formatVersion })
  const load = (columns: StoredState['columns']): FeatureState['columns'] =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, loadColumn(directory, column)]))
  const { labels } = stored
  return { columns: load(stored.columns), crosses: load(stored.crosses), ...(labels ? { labels } : {}) }
}

function storeColumn(directory: string, prefix: string, { json, arrays }: ColumnState): StoredColumn {
  const stored = Object.entries(arrays).map(([key, values]) => {
    const type = (Object.keys(arrayTypes) as ArrayType[]).find((one) => values instanceof arrayTypes[one]) ?? 'u8'
    const file = `${prefix}-${key}.${type}`
    writeLargeFile(join(directory, file), [values])
    return [key, { file, type }] as const
  })
  return { json, arrays: Object.fromEntries(stored) }
}

function loadColumn(directory: string, { json, arrays }: StoredColumn): ColumnState {
  const loaded = Object.entries(arrays).map(([key, { file, type }]) => {
    const bytes = Uint8Array.from(readFileSync(join(directory, file)))
    return [key, new arrayTypes[type](bytes.buffer)] as const
  })
  return { json, arrays: Object.fromEntries(loaded) }
}
