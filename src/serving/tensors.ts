/** Tensors of the Open Inference Protocol as columns of raw values. */
import type { InputTensor } from '../protocol/index.js'
import { RowFaults } from './raw-rows.js'
import type { RowInputs } from './row-inputs.js'

/** What the data of a tensor must be, by the kind of its datatype. */
const kinds = {
  text: (value: unknown) => typeof value === 'string',
  truth: (value: unknown) => typeof value === 'boolean',
  number: (value: unknown) => typeof value === 'number' || typeof value === 'bigint',
}
const numbers = ['INT8', 'INT16', 'INT32', 'INT64', 'UINT8', 'UINT16', 'UINT32', 'UINT64', 'FP16', 'FP32', 'FP64']
const datatypes: ReadonlyMap<string, keyof typeof kinds> = new Map([
  ['BYTES', 'text'],
  ['BOOL', 'truth'],
  ...numbers.map((name) => [name, 'number'] as const),
])

/** Columns by name; throws `SERVING_REQUEST_INVALID` with every tensor that is wrong. */
export function columnsOfTensors(tensors: readonly InputTensor[], inputs: RowInputs): [string, unknown[]][] {
  const faults = new RowFaults()
  const columns = new Map<string, unknown[]>()
  for (const [index, tensor] of tensors.entries()) {
    const message = faultOf(tensor) ?? (columns.has(tensor.name) ? `${tensor.name} must come once` : null)
    if (message !== null) faults.add(`/inputs/${String(index)}`, () => message)
    else columns.set(tensor.name, columnOf(tensor, inputs.get(tensor.name)?.isList ?? false))
  }
  faults.check()
  return [...columns]
}

function faultOf({ name, datatype, shape, data }: InputTensor): string | null {
  const kind = datatypes.get(datatype)
  if (kind === undefined) return `${name}.datatype must be one of ${[...datatypes.keys()].join(', ')}; got ${datatype}`
  const values = flat(data ?? [])
  const count = shape.reduce((product, size) => product * size, 1)
  if (values.length !== count)
    return `${name} must have the values of its shape [${shape.join(', ')}], ${String(count)}; got ${String(values.length)}`
  const wrong = values.findIndex((value) => !kinds[kind](value))
  return wrong < 0
    ? null
    : `${name}.data.${String(wrong)} must be of datatype ${datatype}; got a ${typeof values[wrong]}`
}

/** Nested tensors are told apart by their shape alone. */
const flat = (data: readonly unknown[]): readonly unknown[] => (Array.isArray(data[0]) ? data.flat() : data)

/** A value for each row; a list of `[n, k]` without its padding, of `[n]` as JSON or as text with separators. */
function columnOf({ shape, data, parameters = {} }: InputTensor, isList: boolean): unknown[] {
  const values = flat(data ?? [])
  const width = shape[1] ?? 1
  if (width === 1) return values.map((value) => (isList ? listOf(value) : value))
  const padding = parameters['padding'] ?? ''
  return Array.from({ length: shape[0] ?? 0 }, (_, row) => {
    const own = values.slice(row * width, (row + 1) * width)
    return isList ? own.filter((value) => value !== padding) : own
  })
}

/** A text that begins as a JSON list does and is one. */
function listOf(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('[')) return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}
