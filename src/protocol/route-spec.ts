/** One route as data: what is validated, described and called by. */
import type { TSchema } from 'typebox'

/** What a key may do; `admin` may do everything. */
export type Role = 'read' | 'events' | 'admin'

export interface RouteSpec {
  readonly operation: string
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** With `:name` for parameters, and `::` for a colon. */
  readonly path: string
  readonly summary: string
  /** `null`: anyone, also without a key. */
  readonly role: Role | null
  readonly params?: TSchema
  readonly query?: TSchema
  readonly body?: TSchema
  /** The body of an answer that is no error, by status. */
  readonly answers: Readonly<Record<number, TSchema>>
  /** The body of an error. Default: a `Problem`. */
  readonly error?: TSchema
}

/** The parts of a path: texts as they stand, and names of parameters. */
export function pathParts(path: string): readonly ({ readonly text: string } | { readonly name: string })[] {
  return [...path.matchAll(/::|:([a-zA-Z]+)|[^:]+/g)].map(([part, name]) =>
    name === undefined ? { text: part === '::' ? ':' : part } : { name },
  )
}
