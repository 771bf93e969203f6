/** WebAssembly in bytes: the instructions that passes are made of, and a module of one function over a memory of somebody else's. */

/** Instructions, or parts of them. */
export type Code = readonly number[]

/** An unsigned number in LEB128. */
export function unsigned(value: number): Code {
  const bytes: number[] = []
  let rest = value >>> 0
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest >>>= 7
  } while (rest > 0)
  return bytes
}

/** A signed one. */
function signed(value: number): Code {
  const bytes: number[] = []
  let rest = value | 0
  for (;;) {
    const low = rest & 0x7f
    rest >>= 7
    const isLast = rest === (low & 0x40 ? -1 : 0)
    bytes.push(isLast ? low : low | 0x80)
    if (isLast) return bytes
  }
}

const float32 = (value: number): Code => [...new Uint8Array(Float32Array.of(value).buffer)]
const vector = (code: number): Code => [0xfd, ...unsigned(code)]
/** No alignment is promised. */
const memoryAt = (offset: number): Code => [0, ...unsigned(offset)]

const unary =
  (code: number) =>
  (x: Code): Code => [...x, ...vector(code)]
const binary =
  (code: number) =>
  (a: Code, b: Code): Code => [...a, ...b, ...vector(code)]

export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)]

/** Of whole numbers of 32 bits. */
export const int = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  load: (place: Code, offset = 0): Code => [...place, 0x28, ...memoryAt(offset)],
  add: (a: Code, b: Code): Code => [...a, ...b, 0x6a],
  and: (a: Code, b: Code): Code => [...a, ...b, 0x71],
  shiftLeft: (a: Code, bits: number): Code => [...a, ...int.constant(bits), 0x74],
  shiftRight: (a: Code, bits: number): Code => [...a, ...int.constant(bits), 0x76],
  isLess: (a: Code, b: Code): Code => [...a, ...b, 0x49],
}

/** Of four floats; `One` of the first alone, the others zero or left as they are. */
export const floats = {
  splat: (value: number): Code => [0x43, ...float32(value), ...vector(0x13)],
  splatAt: (place: Code, offset: number): Code => [...place, 0x2a, ...memoryAt(offset), ...vector(0x13)],
  load: (place: Code, offset: number): Code => [...place, ...vector(0x00), ...memoryAt(offset)],
  loadOne: (place: Code, offset: number): Code => [...place, ...vector(0x5c), ...memoryAt(offset)],
  store: (place: Code, offset: number, value: Code): Code => [...place, ...value, ...vector(0x0b), ...memoryAt(offset)],
  storeOne: (place: Code, offset: number, value: Code): Code => [
    ...place,
    ...value,
    ...vector(0x5a),
    ...memoryAt(offset),
    0,
  ],
  add: binary(0xe4),
  subtract: binary(0xe5),
  multiply: binary(0xe6),
  divide: binary(0xe7),
  /** The second where it is above the first, else the first: a NaN of the first stays. */
  largest: binary(0xeb),
  sqrt: unary(0xe3),
  negate: unary(0xe1),
  absolute: unary(0xe0),
  nearest: unary(0x6a),
  isLess: binary(0x43),
  isMore: binary(0x44),
  and: binary(0x4e),
  /** `a` where the bits of `mask` are set, else `b`. */
  select: (a: Code, b: Code, mask: Code): Code => [...a, ...b, ...mask, ...vector(0x52)],
  /** 2ⁿ of whole numbers as floats, from −126 to 127. */
  powerOfTwo: (n: Code): Code => [
    ...n,
    ...vector(0xf8),
    ...[...int.constant(127), ...vector(0x11), ...vector(0xae)],
    ...[...int.constant(23), ...vector(0xab)],
  ],
  /** Four bytes as floats; of one byte, four times the same. */
  loadBytes: (place: Code, offset: number): Code => [
    ...floats.loadOne(place, offset),
    ...[...vector(0x89), ...vector(0xa9), ...vector(0xfb)],
  ],
  splatByte: (place: Code, offset: number): Code => [...place, 0x2d, ...memoryAt(offset), 0xb3, ...vector(0x13)],
}

/** Runs `body` while a number is less than an end, both in locals. */
export const whileLess = (local: number, end: Code, body: Code): Code => [
  ...[0x02, 0x40, 0x03, 0x40],
  ...[...int.isLess(get(local), end), 0x45, 0x0d, 1],
  ...body,
  ...[0x0c, 0, 0x0b, 0x0b],
]

/** A function of whole numbers that answers nothing; locals are numbered after its parameters, whole numbers before vectors. */
export interface WrittenFunction {
  readonly parameters: number
  readonly ints: number
  readonly vectors: number
  readonly body: Code
}

const [intType, vectorType] = [0x7f, 0x7b]
const text = (value: string): Code => [...unsigned(value.length), ...Buffer.from(value)]
const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content]

/** A module that exports the function as `run` and works in the memory `env.memory`. */
export function writeModule({ parameters, ints, vectors, body }: WrittenFunction): Uint8Array<ArrayBuffer> {
  const locals = [2, ...unsigned(ints), intType, ...unsigned(vectors), vectorType]
  const code = [...locals, ...body, 0x0b]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, ...unsigned(parameters), ...Array<number>(parameters).fill(intType), 0]),
    ...section(2, [1, ...text('env'), ...text('memory'), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text('run'), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ])
}
