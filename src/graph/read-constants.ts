/** Reads the numbers that `writeOnnx` built into a model: as much of Protocol Buffers as that takes. */

/** A length-delimited field of a message. */
interface Field {
  readonly field: number
  readonly bytes: Uint8Array
}

// Field numbers of onnx.proto3, as in write-onnx.ts.
const graphOfModel = 7
const initializerOfGraph = 5
const [nameOfTensor, rawDataOfTensor] = [8, 9]

/** The float32 constants of an ONNX model by name, row-major; those of graph inputs bear the name of the input. */
export function readConstants(onnx: Uint8Array): Record<string, Float32Array> {
  const graph = fieldsOf(onnx).find(({ field }) => field === graphOfModel)?.bytes ?? new Uint8Array(0)
  const constants: Record<string, Float32Array> = {}
  for (const { field, bytes } of fieldsOf(graph)) {
    if (field !== initializerOfGraph) continue
    const parts = fieldsOf(bytes)
    const name = parts.find((part) => part.field === nameOfTensor)
    const raw = parts.find((part) => part.field === rawDataOfTensor)
    // A copy begins at a multiple of four, as floats must.
    if (name && raw && raw.bytes.length % 4 === 0)
      constants[new TextDecoder().decode(name.bytes)] = new Float32Array(Uint8Array.from(raw.bytes).buffer)
  }
  return constants
}

function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++] ?? 0
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  while (at < message.length) {
    const key = varint()
    const [field, wire] = [Math.floor(key / 8), key % 8]
    if (wire === 0) varint()
    else if (wire === 5) at += 4
    else {
      const length = varint()
      fields.push({ field, bytes: message.subarray(at, at + length) })
      at += length
    }
  }
  return fields
}
