/** Parts of a graph that run one after the other, as plain data. Values go from one to the next by name. */

/** What an executor with kernels of its own computes itself; `product` is `op(A)·op(B)`, plus a bias where there is a third input. */
export type KernelName =
  'product' | 'add' | 'multiply' | 'multiplyHeaviside' | 'relu' | 'sumRows' | 'pass' | 'countRows'

/** What a pass can do to the elements of one or two operands; the places are the numbers that src/graph/assembly/elementwise.ts knows. */
export const passSteps = [
  'add',
  'subtract',
  'multiply',
  'divide',
  'square',
  'sqrt',
  'negate',
  'relu',
  'heaviside',
  'sigmoid',
  'softplus',
] as const
export type PassStep = (typeof passSteps)[number]

/** Several operations in one pass over the rows of matrices. An operand is the place of an input, then of a constant, then of a step before. */
export interface PassProgram {
  /** How each input is spread over the rows: `false` for a matrix, `true` for one row or one number. */
  readonly isSpread: readonly boolean[]
  readonly constants: readonly number[]
  readonly steps: readonly { readonly step: PassStep; readonly operands: readonly number[] }[]
  /** So many of the steps come first and are the same for every row. */
  readonly rowSteps: number
  /** At least one; an operand that is not summed is a step. */
  readonly results: readonly PassResult[]
}

/** What a pass leaves: the values of an operand, or their sum over the rows, or over all elements. */
export interface PassResult {
  readonly operand: number
  readonly isSum: boolean
  /** The shape of a result that is one row, or one number where all is summed; `null`: that of the matrices. */
  readonly rowShape: readonly number[] | null
}

export interface KernelFlags {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
  /** Whether what is below zero becomes zero at the end. */
  readonly isRelu?: boolean
  readonly pass?: PassProgram
}

export interface KernelSegment {
  readonly kernel: KernelName
  readonly flags: KernelFlags
  readonly inputs: readonly string[]
  /** One; of a pass, one for each result. */
  readonly outputs: readonly string[]
  /** Whether all that read the output would round it: an executor that rounds need not keep it whole. */
  readonly isRounded: boolean
  /** Values that no later segment reads. */
  readonly releases: readonly string[]
}

/** A run of the operations that no kernel exists for. */
export interface OnnxSegment {
  readonly model: Uint8Array
  readonly inputs: readonly string[]
  readonly releases: readonly string[]
}

export type Segment = KernelSegment | OnnxSegment

/** Segments in the order in which they run, and which value each output is. */
export interface SegmentedProgram {
  readonly segments: readonly Segment[]
  readonly outputs: Readonly<Record<string, string>>
}
