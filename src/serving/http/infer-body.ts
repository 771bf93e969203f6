/** Bodies of the Open Inference Protocol: JSON, with tensors as bytes behind it where a header says how long the JSON is. */
import type { IncomingHttpHeaders } from 'node:http'
import { bodyUnreadable } from '../errors.js'
import { readJson } from './body.js'

/** Of Triton's binary tensor data extension: bytes of the JSON. */
const lengthHeader = 'inference-header-content-length'

/** The request, its binary tensors read into their `data`. */
export function readInferBody(body: Buffer, headers: IncomingHttpHeaders): unknown {
  const stated = headers[lengthHeader]
  if (stated === undefined) return readJson(body)
  const length = Number(stated)
  if (!Number.isInteger(length) || length < 1 || length > body.length)
    throw bodyUnreadable({
      reason: `${lengthHeader} must be 1 to its ${String(body.length)} bytes; got ${String(stated)}`,
    })
  const request = readJson(body.subarray(0, length))
  const { inputs } = (request ?? {}) as { readonly inputs?: unknown }
  let at = length
  for (const input of Array.isArray(inputs) ? (inputs as unknown[]) : []) {
    if (!isBinary(input)) continue
    const size = input.parameters.binary_data_size
    const end = at + size
    if (size < 0 || end > body.length)
      throw bodyUnreadable({ reason: `it ends before the ${String(size)} bytes of a tensor do` })
    input.data = readTensor(input.datatype, body.subarray(at, end))
    at = end
  }
  return request
}

interface BinaryInput {
  readonly datatype: string
  readonly parameters: { readonly binary_data_size: number }
  data?: unknown[]
}

function isBinary(input: unknown): input is BinaryInput {
  const { parameters, datatype } = (input ?? {}) as { parameters?: { binary_data_size?: unknown }; datatype?: unknown }
  return Number.isInteger(parameters?.binary_data_size) && typeof datatype === 'string'
}

interface Reading {
  readonly size: number
  readonly read: (bytes: Buffer, at: number) => unknown
}

/** Little-endian, one behind the other. */
const readings: Readonly<Record<string, Reading>> = {
  BOOL: { size: 1, read: (bytes, at) => bytes.readUInt8(at) !== 0 },
  INT8: { size: 1, read: (bytes, at) => bytes.readInt8(at) },
  INT16: { size: 2, read: (bytes, at) => bytes.readInt16LE(at) },
  INT32: { size: 4, read: (bytes, at) => bytes.readInt32LE(at) },
  INT64: { size: 8, read: (bytes, at) => numberIfSafe(bytes.readBigInt64LE(at)) },
  UINT8: { size: 1, read: (bytes, at) => bytes.readUInt8(at) },
  UINT16: { size: 2, read: (bytes, at) => bytes.readUInt16LE(at) },
  UINT32: { size: 4, read: (bytes, at) => bytes.readUInt32LE(at) },
  UINT64: { size: 8, read: (bytes, at) => numberIfSafe(bytes.readBigUInt64LE(at)) },
  FP32: { size: 4, read: (bytes, at) => bytes.readFloatLE(at) },
  FP64: { size: 8, read: (bytes, at) => bytes.readDoubleLE(at) },
}

function readTensor(datatype: string, bytes: Buffer): unknown[] {
  if (datatype === 'BYTES') return readTexts(bytes)
  const reading = readings[datatype]
  if (!reading) throw bodyUnreadable({ reason: `a binary tensor cannot be of datatype ${datatype}` })
  if (bytes.length % reading.size !== 0)
    throw bodyUnreadable({ reason: `${String(bytes.length)} bytes are no whole values of ${datatype}` })
  return Array.from({ length: bytes.length / reading.size }, (_, index) => reading.read(bytes, index * reading.size))
}

/** Each text behind its length in four bytes. */
function readTexts(bytes: Buffer): string[] {
  const texts: string[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 <= bytes.length ? at + 4 + bytes.readUInt32LE(at) : Infinity
    if (end > bytes.length) throw bodyUnreadable({ reason: 'a BYTES tensor ends within a text' })
    texts.push(bytes.toString('utf8', at + 4, end))
    at = end
  }
  return texts
}

const numberIfSafe = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value)
