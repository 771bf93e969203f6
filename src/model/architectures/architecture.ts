/** How a logit is made from the inputs: one architecture, one file over the graph, one line in `architectures/index.ts`. */
import type { Tensor } from '../../graph/index.js'
import type { DeepLayout } from '../input-layout.js'
import type { ResolvedModel } from '../model-spec.js'
import type { NetworkBuilder } from '../network-builder.js'

export interface DeepInputs {
  /** `[batch, layout.width]`: embeddings, indicators and numbers, then the sequences. */
  readonly input: Tensor
  readonly layout: DeepLayout
}

export interface ArchitectureInputs {
  readonly model: ResolvedModel
  /** Logits of a row: 1, or one for each class of the head. */
  readonly logitWidth: number
  /** `[batch, logitWidth]`: what the sparse wide weights add up to. */
  readonly wideLogit: Tensor | null
  /** `[batch, numberWidth]`: numeric features of the wide part. */
  readonly wideNumbers: Tensor | null
  readonly deep: DeepInputs | null
}

/** A setting of an architecture: its default and what it must be. */
export interface ArchitectureOption<T = unknown> {
  readonly default: T
  /** For messages: "a whole number of at least 1". */
  readonly expected: string
  fits(value: unknown): boolean
}

export interface Architecture {
  /** What `model.architecture` calls it. */
  readonly name: string
  readonly options: Readonly<Record<string, ArchitectureOption>>
  /** Whether it makes no sense without embeddings. */
  readonly needsDeep: boolean
  /** Whether lists that share a table with another column enter value by value instead of combined into one vector. */
  readonly usesSequences: boolean
  /** The logits, `[batch, logitWidth]`; `options` has every option with its default filled in. */
  logit(inputs: ArchitectureInputs, builder: NetworkBuilder, options: Readonly<Record<string, unknown>>): Tensor
}

type Options = Readonly<Record<string, ArchitectureOption>>
type OptionValues<O extends Options> = {
  readonly [K in keyof O]: O[K] extends ArchitectureOption<infer T> ? T : never
}

interface Definition<O extends Options> {
  readonly name: string
  readonly options?: O
  readonly needsDeep?: boolean
  readonly usesSequences?: boolean
  logit(inputs: ArchitectureInputs, builder: NetworkBuilder, options: OptionValues<O>): Tensor
}

/**
 * Makes an architecture from a function of the inputs to a logit. Give the result as `model.architecture` to train a model of
 * your own; `builder` declares parameters and layers, and gradients follow from the graph.
 */
export function defineArchitecture<O extends Options = Record<never, never>>(definition: Definition<O>): Architecture {
  const { name, options, needsDeep = false, usesSequences = false } = definition
  return {
    name,
    options: options ?? {},
    needsDeep,
    usesSequences,
    logit: (inputs, builder, values) => definition.logit(inputs, builder, values as OptionValues<O>),
  }
}

const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 1

/** An option that is a whole number of at least 1. */
export const count = (value: number): ArchitectureOption<number> => ({
  default: value,
  expected: 'a whole number of at least 1',
  fits: isCount,
})

/** An option that is a list of sizes. */
export const counts = (...values: readonly number[]): ArchitectureOption<readonly number[]> => ({
  default: values,
  expected: 'a list of whole numbers of at least 1',
  fits: (value) => Array.isArray(value) && value.length > 0 && value.every(isCount),
})

/** An option that is one of some words. */
export const oneOf = <T extends string>(first: T, ...others: readonly T[]): ArchitectureOption<T> => ({
  default: first,
  expected: `one of ${[first, ...others].map((word) => `"${word}"`).join(', ')}`,
  fits: (value) => [first, ...others].includes(value as T),
})
