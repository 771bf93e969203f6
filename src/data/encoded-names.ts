/** Names of the columns of the table `encoded` and of the files made of it. */
import type { EncodedColumn } from '../features/index.js'

/** The ids or numbers of a feature or cross. */
export const encodedName = ({ name, shape }: EncodedColumn): string => `${shape.kind === 'ids' ? 'i' : 'n'}_${name}`

/** The weights of its ids. */
export const weightsName = (name: string): string => `w_${name}`

/** All that is there of it: the ids or numbers, then the weights where it has some. */
export const encodedNames = (column: EncodedColumn): string[] => [
  encodedName(column),
  ...(isWeighted(column.shape) ? [weightsName(column.name)] : []),
]

export const isWeighted = (shape: EncodedColumn['shape']): boolean => shape.kind === 'ids' && shape.isWeighted === true
