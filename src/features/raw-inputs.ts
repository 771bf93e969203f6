/** What a raw row may hold, by name: for protocols that ask what a model takes. */
import type { RawType } from './column.js'
import { kindOf } from './columns/index.js'
import { allFeatures, resolvedDeclaration, sourceColumnOf, weightsColumnOf } from './config-access.js'
import type { Config, FeatureGroup } from './feature-spec.js'

export interface RawInput {
  readonly name: string
  /** Of a list: of its elements. */
  readonly type: RawType
  readonly isList: boolean
  /** The column of the data that is read for it, and whose name it may have, too. */
  readonly source: string
}

/** Every feature in declared order, each list with weights followed by its weights. */
export function rawInputs(config: Pick<Config, 'features'>): RawInput[] {
  const features = allFeatures(config)
  const inputs = Object.keys(features).flatMap((name) => [inputOf(name, features), ...weightsOf(name, features)])
  return [...new Map(inputs.map((input) => [input.name, input])).values()]
}

function inputOf(name: string, features: FeatureGroup): RawInput {
  const declaration = resolvedDeclaration(name, features)
  return {
    name,
    type: kindOf(declaration).reads(declaration),
    isList: declaration.inner !== undefined,
    source: sourceColumnOf(name, features),
  }
}

function weightsOf(name: string, features: FeatureGroup): RawInput[] {
  const weights = weightsColumnOf(name, features)
  return weights === undefined ? [] : [{ name: weights, type: 'number', isList: true, source: weights }]
}
