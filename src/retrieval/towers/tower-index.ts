/** A vector for each item of the catalogue, one for a request, and what lies nearest: what the two towers answer while serving. */
import type { RawRow } from '../../features/index.js'
import type { Candidate } from '../candidate-source.js'

export interface TowerIndex {
  /** The user tower's vector of a request's row, of length 1. */
  userVector(row: RawRow): Promise<Float32Array>
  /** The item tower's vector of an item of the catalogue, of length 1. */
  itemVector(item: number): Float32Array
  /** The `k` items with the greatest cosine to a vector, best first. */
  nearest(vector: Float32Array, k: number): Candidate[]
  close(): Promise<void>
}
