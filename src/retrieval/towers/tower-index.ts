/** A vector for each item of the catalogue, one for a request, and what lies nearest: what the two towers answer while serving. */
import type { RawRow } from '../../features/index.js'
import type { Nearest } from './nearest.js'

export interface TowerIndex {
  /** The user tower's vector of a request's row, of length 1. */
  userVector(row: RawRow): Promise<Float32Array>
  /** The item tower's vector of an item of the catalogue, of length 1. */
  itemVector(item: number): Float32Array
  readonly nearest: Nearest
  close(): Promise<void>
}
