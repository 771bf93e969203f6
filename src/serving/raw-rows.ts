/** Raw rows as others send them: named values by row or by column, checked against what a model takes, every fault at once. */
import type { Issue } from '../base/index.js'
import { suggestion } from '../base/index.js'
import type { RawInput, RawRow, RawValue } from '../features/index.js'
import type { RowValues } from '../protocol/index.js'
import { largestRowBatch } from '../protocol/index.js'
import { requestInvalid } from './errors.js'
import type { RowInputs } from './row-inputs.js'

/** Most faults that are told; a request may have millions. */
const mostFaults = 50

/** Collects faults and throws them together. */
export class RowFaults {
  private readonly issues: Issue[] = []

  /** The message is made only where it is told. */
  add(path: string, message: () => string): void {
    if (this.issues.length < mostFaults) this.issues.push({ code: requestInvalid.code, path, message: message() })
  }

  /** Throws `SERVING_REQUEST_INVALID` where there are faults. */
  check(): void {
    const { issues } = this
    if (issues.length > 0)
      throw requestInvalid({ faults: issues.slice(0, 5).map(({ message }) => message) }, { issues })
  }
}

/** Rows with their values by name; `shared` values are every row's, and no row's own. */
export function rowsOfObjects(
  inputs: RowInputs,
  objects: readonly RowValues[],
  { key, shared = {} }: { readonly key: string; readonly shared?: RowValues },
): RawRow[] {
  const faults = new RowFaults()
  const common = readRow(inputs, shared, { path: '/context', faults })
  const rows = objects.map((object, index) => {
    const path = `/${key}/${String(index)}`
    for (const name of Object.keys(object))
      if (Object.hasOwn(shared, name))
        faults.add(pointer(path, name), () => `${name} must not be in the context and in ${textOf(path)}`)
    return { ...common, ...readRow(inputs, object, { path, faults }) }
  })
  faults.check()
  return rows
}

/** Rows of columns, which must be of one length. */
export function rowsOfColumns(
  inputs: RowInputs,
  columns: readonly (readonly [string, readonly unknown[]])[],
  key: string,
): RawRow[] {
  const faults = new RowFaults()
  const [first = ['', []], ...others] = columns
  const count = first[1].length
  for (const [name, { length }] of others)
    if (length !== count)
      faults.add(
        pointer(`/${key}`, name),
        () => `${name} must have as many rows as ${first[0]}, ${String(count)}; got ${String(length)}`,
      )
  if (count < 1 || count > largestRowBatch)
    faults.add(`/${key}`, () => `${key} must have 1 to ${String(largestRowBatch)} rows; got ${String(count)}`)
  faults.check()
  const rows: Record<string, RawValue>[] = Array.from({ length: count }, () => ({}))
  for (const [name, values] of columns) {
    const input = inputOf(inputs, name, { path: `/${key}`, faults })
    if (!input) continue
    for (const [index, row] of rows.entries())
      row[name] = readValue(input, values[index], { path: `${pointer(`/${key}`, name)}/${String(index)}`, faults })
  }
  faults.check()
  return rows
}

interface Place {
  /** JSON pointer. */
  readonly path: string
  readonly faults: RowFaults
}

function readRow(inputs: RowInputs, values: RowValues, { path, faults }: Place): RawRow {
  const row: Record<string, RawValue> = {}
  for (const [name, value] of Object.entries(values)) {
    const input = inputOf(inputs, name, { path, faults })
    if (input) row[name] = readValue(input, value, { path: pointer(path, name), faults })
  }
  return row
}

function inputOf(inputs: RowInputs, name: string, { path, faults }: Place): RawInput | undefined {
  const input = inputs.get(name)
  if (!input)
    faults.add(pointer(path, name), () => `the model has no input ${name}; ${suggestion(name, inputs.keys())}`)
  return input
}

/** A value of a feature; one number or text may come in a list of one, as tensors of shape `[n, 1]` do. */
function readValue({ isList }: RawInput, value: unknown, place: Place): RawValue {
  if (!Array.isArray(value)) return readElement(value, place)
  const elements = value.map((element) => readElement(element, place))
  if (isList) return elements
  if (elements.length > 1)
    place.faults.add(place.path, () => `${textOf(place.path)} must be one value; got ${String(elements.length)}`)
  return elements[0] ?? null
}

function readElement(value: unknown, { path, faults }: Place): RawValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return value
  const { b64 } = value as { readonly b64?: unknown }
  if (typeof b64 === 'string') return Buffer.from(b64, 'base64').toString('utf8')
  faults.add(
    path,
    () => `${textOf(path)} must be a text, a number, true, false, null, or a list of these for a list feature`,
  )
  return null
}

const pointer = (path: string, name: string): string => `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
const textOf = (path: string): string => path.slice(1).replaceAll('/', '.')
