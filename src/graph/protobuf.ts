/** The wire format of Protocol Buffers, writing only: as much as an ONNX model needs. */

/** Fields of one message, in the order they are written. */
export class ProtobufMessage {
  private readonly parts: Uint8Array[] = []

  /** A varint field: integers (negative ones as 64-bit two's complement), enums. */
  integer(field: number, value: number): this {
    this.parts.push(varint(BigInt(field << 3)), varint(BigInt.asUintN(64, BigInt(value))))
    return this
  }

  /** A 32-bit float field. */
  float(field: number, value: number): this {
    this.parts.push(varint(BigInt((field << 3) | 5)), new Uint8Array(Float32Array.of(value).buffer))
    return this
  }

  /** A length-delimited field: a text, bytes or another message. */
  bytes(field: number, value: string | Uint8Array | ProtobufMessage): this {
    const content =
      typeof value === 'string'
        ? new TextEncoder().encode(value)
        : value instanceof ProtobufMessage
          ? value.finish()
          : value
    this.parts.push(varint(BigInt((field << 3) | 2)), varint(BigInt(content.length)), content)
    return this
  }

  finish(): Uint8Array {
    const result = new Uint8Array(this.parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of this.parts) {
      result.set(part, at)
      at += part.length
    }
    return result
  }
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  for (; value > 127n; value >>= 7n) bytes.push(Number(value & 127n) | 128)
  return Uint8Array.from([...bytes, Number(value)])
}
