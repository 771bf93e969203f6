/**
 * Warm start: a new run begins with what an earlier one ended with. Rows follow what they stand for, dense weights follow their
 * inputs, and both take the optimizer's state along; averages begin anew, for they are of this run's path. With nothing
 * changed, the state is the earlier one bit by bit.
 */
import type { CarriedIds } from '../features/index.js'
import type { ShardedTable } from '../tables/index.js'
import type { CarriedDense, TrainedModel } from './warm-start-dense.js'
import { carryDense } from './warm-start-dense.js'

export interface CarriedTable {
  readonly name: string
  readonly rows: number
  /** Rows of the same token, tuple or bucket. */
  readonly carried: number
  /** Rows of values that the earlier model did not know: they begin as it treated them, the state of their optimizer anew. */
  readonly unknown: number
  /** Rows that begin as in a model without warm start. */
  readonly fresh: number
  /** Rows of the earlier table that nothing stands for any more. */
  readonly dropped: number
  readonly hasState: boolean
  /** Why the table is fresh. */
  readonly reason?: string
}

export interface CarriedOver {
  readonly tables: readonly CarriedTable[]
  readonly dense: readonly CarriedDense[]
  /** Tables and dense parameters that the earlier model had and this one has not. */
  readonly removed: readonly string[]
}

/** Fills a fresh state from an earlier model; `ids` maps the ids of a column to the earlier ones. */
export function warmStart(
  current: TrainedModel,
  previous: TrainedModel,
  ids: (column: string) => CarriedIds | string,
): CarriedOver {
  const known = new Map<string, CarriedIds | string>()
  const idsOf = (column: string): CarriedIds | string => {
    const found = known.get(column) ?? ids(column)
    known.set(column, found)
    return found
  }
  const tables = [...current.state.tables.values()].map((table) =>
    carryTable(table, previous.state.tables.get(table.name), {
      ids: idsOf(columnOf(table.name)),
      hasState: hasSameOptimizer(current, previous, table.name),
    }),
  )
  const dense = carryDense(current, previous, idsOf)
  fade(current)
  return { tables, dense, removed: removedNames(current, previous) }
}

/** What is carried over weighs less against what is new; at 1 not a bit is touched. */
function fade({ parts: { spec }, state }: TrainedModel): void {
  if (spec.warmStartMemory === 1) return
  for (const table of state.tables.values()) table.fade(spec.warmStartMemory)
  state.dense.fade(spec.warmStartMemory)
}

/** `wide/app` and `embedding/app` are both of the column `app`. */
const columnOf = (table: string): string => table.slice(table.indexOf('/') + 1)

function hasSameOptimizer(current: TrainedModel, previous: TrainedModel, table: string): boolean {
  const nameOf = ({ parts: { layout, spec } }: TrainedModel): string | undefined => {
    const part = layout.tables.find(({ name }) => name === table)?.part
    return part && spec.optimizers[part].kind.name
  }
  return nameOf(current) === nameOf(previous)
}

function carryTable(
  table: ShardedTable,
  previous: ShardedTable | undefined,
  { ids, hasState }: { ids: CarriedIds | string; hasState: boolean },
): CarriedTable {
  const { name, rowCount: rows, dimension } = table
  const none = { name, rows, carried: 0, unknown: 0, fresh: rows, dropped: previous?.rowCount ?? 0, hasState: false }
  if (!previous) return { ...none, reason: 'it was not there' }
  if (previous.dimension !== dimension)
    return { ...none, reason: `its dimension was ${String(previous.dimension)}, now ${String(dimension)}` }
  if (typeof ids === 'string') return { ...none, reason: ids }
  const copied = copyRows({ table, previous, hasState }, ids)
  return { name, rows, ...copied, fresh: rows - copied.carried - copied.unknown, hasState }
}

function copyRows(
  { table, previous, hasState }: { table: ShardedTable; previous: ShardedTable; hasState: boolean },
  { from, isOwn }: CarriedIds,
): { carried: number; unknown: number; dropped: number } {
  const { dimension } = table
  const isUsed = new Uint8Array(previous.rowCount)
  let carried = 0
  let unknown = 0
  for (let row = 0; row < table.rowCount; row++) {
    const before = from[row] ?? -1
    if (before < 0 || before >= previous.rowCount) continue
    const owns = isOwn[row] === 1
    const state = previous.row(before)
    if (owns && hasState) table.row(row).set(state)
    else {
      table.row(row).set(state.subarray(0, dimension))
      table.restartRow(row)
    }
    isUsed[before] = 1
    if (owns) carried++
    else unknown++
  }
  return { carried, unknown, dropped: isUsed.reduce((sum, used) => sum - used, previous.rowCount) }
}

function removedNames(current: TrainedModel, previous: TrainedModel): string[] {
  const namesOf = ({ state }: TrainedModel): string[] => [...state.tables.keys(), ...state.dense.names]
  const names = new Set(namesOf(current))
  return namesOf(previous).filter((name) => !names.has(name))
}
