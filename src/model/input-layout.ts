/**
 * Where every column goes: the rows it looks up and the place of its values in the network's inputs.
 * Deep input, one row per example: `[embeddings | indicators | numbers]`. Wide input: one logit that lookups add up, and
 * the numbers that have dense weights.
 */
import type { Combiner, Config, EncodedColumn } from '../features/index.js'
import { allFeatures, deepUseOf } from '../features/index.js'
import type { ResolvedModel } from './model-spec.js'

export interface TableSpec {
  readonly name: string
  readonly rowCount: number
  readonly dimension: number
  readonly part: 'wide' | 'deep'
}

export interface LookupPart {
  readonly table: string
  readonly column: string
  readonly offset: number
  readonly combiner: Combiner
}

/** Values written by copying: `width` numbers, or a multi-hot vector of `width` ids. */
export interface DensePart {
  readonly column: string
  readonly offset: number
  readonly width: number
}

export interface WideLayout {
  readonly parts: readonly LookupPart[]
  readonly numbers: readonly DensePart[]
  readonly numberWidth: number
}

export interface DeepLayout {
  readonly parts: readonly (LookupPart & { readonly dimension: number })[]
  readonly indicators: readonly DensePart[]
  readonly numbers: readonly DensePart[]
  readonly width: number
}

export interface InputLayout {
  readonly tables: readonly TableSpec[]
  readonly wide: WideLayout | null
  readonly deep: DeepLayout | null
}

/** Lays out the columns of a resolved model. */
export function layoutInputs(model: ResolvedModel, config: Config, columns: readonly EncodedColumn[]): InputLayout {
  const byName = new Map(columns.map((column) => [column.name, column]))
  const pick = (names: readonly string[]): EncodedColumn[] => names.flatMap((name) => byName.get(name) ?? [])
  const tables = new Map<string, TableSpec>()
  const wide = model.wide && layoutWide(pick(model.wide.columns), tables)
  const deep = model.deep && layoutDeep(pick(model.deep.columns), { config, dimension: model.deep.embedding, tables })
  return { tables: [...tables.values()], wide, deep }
}

function layoutWide(columns: readonly EncodedColumn[], tables: Map<string, TableSpec>): WideLayout {
  const parts: LookupPart[] = []
  const numbers: DensePart[] = []
  let numberWidth = 0
  for (const { name, shape } of columns) {
    if (shape.kind === 'ids') {
      const table = `wide/${name}`
      tables.set(table, { name: table, rowCount: shape.idCount, dimension: 1, part: 'wide' })
      // The linear part adds the weights of all values, as TensorFlow's `linear_sparse_combiner` does by default.
      parts.push({ table, column: name, offset: 0, combiner: 'sum' })
    } else {
      numbers.push({ column: name, offset: numberWidth, width: shape.width })
      numberWidth += shape.width
    }
  }
  return { parts, numbers, numberWidth }
}

interface DeepContext {
  readonly config: Config
  readonly dimension: number
  readonly tables: Map<string, TableSpec>
}

function layoutDeep(columns: readonly EncodedColumn[], { config, dimension, tables }: DeepContext): DeepLayout {
  const declarations = allFeatures(config)
  const parts: (LookupPart & { dimension: number })[] = []
  const indicators: DensePart[] = []
  const numbers: DensePart[] = []
  const place = placer()
  for (const { name, shape } of columns) {
    const declaration = declarations[name]
    if (shape.kind !== 'ids' || !declaration) continue
    const use = deepUseOf(declaration, dimension)
    if (use.kind === 'indicator') continue
    const table = `embedding/${use.sharedWith ?? name}`
    tables.set(table, { name: table, rowCount: shape.idCount, dimension: use.dimension, part: 'deep' })
    const offset = place(use.dimension)
    parts.push({ table, column: name, offset, combiner: shape.combiner, dimension: use.dimension })
  }
  for (const { name, shape } of columns) {
    const declaration = declarations[name]
    if (shape.kind !== 'ids' || !declaration || deepUseOf(declaration, dimension).kind !== 'indicator') continue
    indicators.push({ column: name, offset: place(shape.idCount), width: shape.idCount })
  }
  for (const { name, shape } of columns) {
    if (shape.kind === 'numbers') numbers.push({ column: name, offset: place(shape.width), width: shape.width })
  }
  return { parts, indicators, numbers, width: place(0) }
}

/** Hands out offsets one after the other. */
function placer(): (width: number) => number {
  let next = 0
  return (width) => {
    const offset = next
    next += width
    return offset
  }
}
