/**
 * Where every column goes: the rows it looks up and the place of its values in the network's inputs.
 * Deep input, one row per example: `[embeddings | indicators | numbers | sequences]`. Wide input: the logits that lookups add
 * up, and the numbers that have dense weights.
 */
import type { Combiner, Config, EncodedColumn } from '../features/index.js'
import { allFeatures, deepUseOf } from '../features/index.js'
import type { ResolvedModel } from './model-spec.js'

export interface TableSpec {
  readonly name: string
  readonly rowCount: number
  readonly dimension: number
  readonly part: 'wide' | 'deep'
  /** Largest length of a row. */
  readonly maxNorm?: number
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
  /** Logits of a row: the dimension of the wide tables. */
  readonly logitWidth: number
}

/** A list that enters value by value: `[length × dimension | mask of length]`, the newest values, filled from the left. */
export interface SequencePart {
  readonly column: string
  readonly table: string
  readonly length: number
  readonly dimension: number
  readonly offset: number
  readonly maskOffset: number
  /** Where the embedding stands that the values are compared with: the column that owns the table. */
  readonly targetOffset: number
}

/** An embedding, of one id a row or of lists of them. */
export interface EmbeddingPart extends LookupPart {
  readonly dimension: number
  readonly isList: boolean
}

export interface DeepLayout {
  readonly parts: readonly EmbeddingPart[]
  readonly indicators: readonly DensePart[]
  readonly numbers: readonly DensePart[]
  readonly sequences: readonly SequencePart[]
  /** Columns before the sequences. */
  readonly plainWidth: number
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
  const wide =
    model.wide &&
    layoutWide(pick(model.wide.columns), { combiner: model.wide.combiner, logitWidth: model.output.logitWidth, tables })
  const deep =
    model.deep &&
    layoutDeep(pick(model.deep.columns), {
      config,
      dimension: model.deep.embedding,
      tables,
      sequenceLength: sequenceLength(model),
    })
  return { tables: [...tables.values()], wide, deep }
}

interface WideContext {
  readonly combiner: Combiner
  /** Weights of an id: one for each logit. */
  readonly logitWidth: number
  readonly tables: Map<string, TableSpec>
}

function layoutWide(columns: readonly EncodedColumn[], { combiner, logitWidth, tables }: WideContext): WideLayout {
  const parts: LookupPart[] = []
  const numbers: DensePart[] = []
  let numberWidth = 0
  for (const { name, shape } of columns) {
    if (shape.kind === 'ids') {
      const table = `wide/${name}`
      tables.set(table, { name: table, rowCount: shape.idCount, dimension: logitWidth, part: 'wide' })
      parts.push({ table, column: name, offset: 0, combiner })
    } else {
      numbers.push({ column: name, offset: numberWidth, width: shape.width })
      numberWidth += shape.width
    }
  }
  return { parts, numbers, numberWidth, logitWidth }
}

interface DeepContext {
  readonly config: Config
  readonly dimension: number
  readonly tables: Map<string, TableSpec>
  /** Values of a sequence; 0 when lists are combined. */
  readonly sequenceLength: number
}

function sequenceLength({ architecture: { architecture, options } }: ResolvedModel): number {
  return architecture.usesSequences ? Number(options['length'] ?? defaultSequenceLength) : 0
}

/** Of an architecture that has no option of its own. */
const defaultSequenceLength = 50

function layoutDeep(all: readonly EncodedColumn[], context: DeepContext): DeepLayout {
  const { config, dimension, tables } = context
  const declarations = allFeatures(config)
  const lists = context.sequenceLength > 0 ? sequenceColumns(all, config) : new Map<string, string>()
  const columns = all.filter(({ name }) => !lists.has(name))
  const parts: EmbeddingPart[] = []
  const indicators: DensePart[] = []
  const numbers: DensePart[] = []
  const place = placer()
  for (const { name, shape } of columns) {
    const declaration = declarations[name]
    if (shape.kind !== 'ids' || !declaration) continue
    const use = deepUseOf(declaration, dimension)
    if (use.kind === 'indicator') continue
    const table = `embedding/${use.sharedWith ?? name}`
    const limit = use.maxNorm === undefined ? {} : { maxNorm: use.maxNorm }
    tables.set(table, { name: table, rowCount: shape.idCount, dimension: use.dimension, part: 'deep', ...limit })
    const offset = place(use.dimension)
    const { combiner, isMultivalent: isList } = shape
    parts.push({ table, column: name, offset, combiner, dimension: use.dimension, isList })
  }
  for (const { name, shape } of columns) {
    const declaration = declarations[name]
    if (shape.kind !== 'ids' || !declaration || deepUseOf(declaration, dimension).kind !== 'indicator') continue
    indicators.push({ column: name, offset: place(shape.idCount), width: shape.idCount })
  }
  for (const { name, shape } of columns) {
    if (shape.kind === 'numbers') numbers.push({ column: name, offset: place(shape.width), width: shape.width })
  }
  const plainWidth = place(0)
  const sequences = [...lists].flatMap(([column, target]) => {
    const part = parts.find((one) => one.column === target)
    return part ? [placeSequence(column, part, { place, length: context.sequenceLength })] : []
  })
  return { parts, indicators, numbers, sequences, plainWidth, width: place(0) }
}

/** Lists that share their table with another column of the deep part, with that column. */
function sequenceColumns(columns: readonly EncodedColumn[], config: Config): Map<string, string> {
  const declarations = allFeatures(config)
  const names = new Set(columns.map(({ name }) => name))
  const found = columns.flatMap(({ name, shape }): [string, string][] => {
    const target = declarations[name]?.sharedWith
    return shape.kind === 'ids' && shape.isMultivalent && target !== undefined && names.has(target)
      ? [[name, target]]
      : []
  })
  return new Map(found)
}

function placeSequence(
  column: string,
  { table, dimension, offset: targetOffset }: DeepLayout['parts'][number],
  { place, length }: { place: (width: number) => number; length: number },
): SequencePart {
  const offset = place(length * dimension)
  return { column, table, length, dimension, offset, maskOffset: place(length), targetOffset }
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
