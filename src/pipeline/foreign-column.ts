/** Whether ids mean the same to a bundle as to prepared data: the data may have been prepared again since the bundle was trained. */
import { isDeepStrictEqual } from 'node:util'
import type { PreparedData } from '../data/index.js'
import type { FeatureState } from '../features/index.js'
import type { Bundle } from '../model/index.js'

/** The first column or cross of a bundle that prepared data encodes otherwise; `undefined` where its rows can be scored as they are. */
export function foreignColumn({ encoder, featureState }: Bundle, data: PreparedData): string | undefined {
  if (!isDeepStrictEqual(featureState.labels, data.featureState.labels)) return 'the label'
  const shapes = new Map(data.columns.map(({ name, shape }) => [name, shape]))
  return encoder.columns.find(
    ({ name, shape }) =>
      !isDeepStrictEqual(shape, shapes.get(name)) ||
      !isDeepStrictEqual(learned(featureState, name), learned(data.featureState, name)),
  )?.name
}

/** What a column encodes by: its arrays. What is learned beside them is for reports, but of columns that have none. */
function learned({ columns, crosses }: FeatureState, name: string): unknown {
  const arrays = columns[name]?.arrays ?? crosses[name]?.arrays
  return arrays && Object.keys(arrays).length > 0 ? arrays : columns[name]?.json
}
