/** Parts of a graph that run one after the other, as plain data. Values go from one to the next by name. */

/** What an executor with kernels of its own computes itself; `product` is `op(A)·op(B)`, plus a bias where there is a third input. */
export type KernelName = 'product' | 'add' | 'multiply' | 'multiplyHeaviside' | 'relu' | 'sumRows'

export interface KernelFlags {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
  /** Whether what is below zero becomes zero at the end. */
  readonly isRelu?: boolean
}

export interface KernelSegment {
  readonly kernel: KernelName
  readonly flags: KernelFlags
  readonly inputs: readonly string[]
  readonly output: string
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
