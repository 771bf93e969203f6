/** The model section of the config with every default filled in, checked against the columns that exist. */
import type { Issue } from '../base/index.js'
import { suggestion } from '../base/index.js'
import type { Config, DeepDeclaration, WideDeclaration } from '../features/index.js'
import { allFeatures, deepDeclaration, wideDeclaration } from '../features/index.js'
import type { ResolvedArchitecture } from './architecture-spec.js'
import { architectureIssues, resolveArchitecture } from './architecture-spec.js'
import { modelConfigInvalid } from './errors.js'
import type { HeadName, ResolvedOutput } from './heads/index.js'
import { outputIssues, resolveOutput } from './output-spec.js'

export interface ResolvedWide {
  /** First-order features, then crosses, by column name. */
  readonly columns: readonly string[]
  readonly combiner: NonNullable<WideDeclaration['combiner']>
  readonly l2: number
  readonly l1: number
  readonly regularization: 'touched' | 'everyStep'
}

export interface ResolvedDeep {
  readonly columns: readonly string[]
  readonly embedding: number
  readonly hidden: readonly number[]
  readonly activation: NonNullable<DeepDeclaration['activation']>
  readonly dropout: number
  readonly normalization: NonNullable<DeepDeclaration['normalization']>
  readonly embeddingL2: number
  readonly embeddingL1: number
  readonly embeddingDeviation: number
  readonly layerL2: number
  readonly layerL1: number
  readonly regularization: 'touched' | 'everyStep'
}

export interface ResolvedModel {
  readonly architecture: ResolvedArchitecture
  readonly head: HeadName
  readonly output: ResolvedOutput
  readonly wide: ResolvedWide | null
  readonly deep: ResolvedDeep | null
}

/**
 * Fills in the defaults; throws `MODEL_CONFIG_INVALID` with every fault at once. `labels` are the classes that the
 * preparation learned, for heads that have them.
 */
export function resolveModel(config: Config, labels: readonly string[] = []): ResolvedModel {
  const features = Object.keys(allFeatures(config))
  const wide = wideDeclaration(config.model)
  const deep = deepDeclaration(config.model)
  const issues = [
    ...unknownNames(wide?.features, features, 'model.wide.features'),
    ...unknownNames(deep?.features, features, 'model.deep.features'),
    ...(wide || deep ? [] : [bothOff()]),
    ...architectureIssues(config.model?.architecture, deep !== null),
    ...outputIssues(config, labels),
  ]
  if (issues.length > 0)
    throw modelConfigInvalid({ issues: issues.map((issue) => `${issue.path} ${issue.message}`) }, { issues })
  return {
    architecture: resolveArchitecture(config.model?.architecture),
    head: config.model?.head ?? 'binary',
    output: resolveOutput(config, labels),
    wide: wide && {
      columns: [...(wide.features ?? features), ...(wide.crosses ?? []).map((cross) => cross.name)],
      combiner: wide.combiner ?? 'sum',
      l2: wide.l2 ?? 0,
      l1: wide.l1 ?? 0,
      regularization: wide.regularization ?? 'touched',
    },
    deep: deep && resolveDeep(deep, features),
  }
}

function resolveDeep(deep: DeepDeclaration, features: readonly string[]): ResolvedDeep {
  return {
    columns: deep.features ?? features,
    embedding: deep.embedding ?? 16,
    hidden: deep.hidden ?? [256, 128, 64],
    activation: deep.activation ?? 'relu',
    dropout: deep.dropout ?? 0,
    normalization: deep.normalization ?? 'none',
    embeddingL2: deep.embeddingL2 ?? 0,
    embeddingL1: deep.embeddingL1 ?? 0,
    embeddingDeviation: deep.embeddingDeviation ?? 0.01,
    layerL2: deep.layerL2 ?? 0,
    layerL1: deep.layerL1 ?? 0,
    regularization: deep.regularization ?? 'touched',
  }
}

function bothOff(): Issue {
  return {
    code: modelConfigInvalid.code,
    path: 'model',
    message: 'must keep at least one part; got wide: false and deep: false; remove one of the two',
  }
}

function unknownNames(names: readonly string[] | undefined, known: readonly string[], path: string): Issue[] {
  return (names ?? []).flatMap((name, index) =>
    known.includes(name)
      ? []
      : [
          {
            code: modelConfigInvalid.code,
            path: `${path}[${String(index)}]`,
            message: `must be a declared feature; got "${name}"; ${suggestion(name, known)}`,
          },
        ],
  )
}
