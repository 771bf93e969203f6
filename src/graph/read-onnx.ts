/** Reads back what `writeOnnx` has built in: a bundle keeps its dense weights there and nowhere else. */

interface Field {
  readonly number: number
  /** The content of a length-delimited field, the value of a varint. */
  readonly value: Uint8Array | number
}

// Field numbers of onnx.proto3, as in write-onnx.ts.
const graphOfModel = 7
const initializerOfGraph = 5
const tensorField = { dataType: 2, name: 8, rawData: 9 }
const float32 = 1

/** The float32 constants of an ONNX model by name. */
export function readConstants(model: Uint8Array): Record<string, Float32Array> {
  const constants: Record<string, Float32Array> = {}
  for (const graph of messages(model, graphOfModel)) {
    for (const tensor of messages(graph, initializerOfGraph)) {
      const all = new Map([...fields(tensor)].map(({ number, value }) => [number, value]))
      const [name, data] = [all.get(tensorField.name), all.get(tensorField.rawData)]
      if (all.get(tensorField.dataType) !== float32 || !(name instanceof Uint8Array) || !(data instanceof Uint8Array))
        continue
      constants[new TextDecoder().decode(name)] = new Float32Array(new Uint8Array(data).buffer)
    }
  }
  return constants
}

function* messages(message: Uint8Array, number: number): Iterable<Uint8Array> {
  for (const field of fields(message))
    if (field.number === number && field.value instanceof Uint8Array) yield field.value
}

/** The fields of a message in their order. */
function* fields(message: Uint8Array): Iterable<Field> {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at++] ?? 0
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  const bytes = (length: number): Uint8Array => message.subarray(at, (at += length))
  while (at < message.length) {
    const tag = varint()
    const number = Math.floor(tag / 8)
    const wireType = tag % 8
    if (wireType === 0) yield { number, value: varint() }
    else yield { number, value: bytes(wireType === 2 ? varint() : wireType === 1 ? 8 : 4) }
  }
}
