/** A route of the server: what it is asked, and what it answers. */
import type { RouteSpec } from '../../protocol/index.js'
import { pathParts } from '../../protocol/index.js'

/** A route with what it does. */
export interface Route {
  readonly spec: RouteSpec
  /** Default true; false where the handler answers for each part of a body by itself. */
  readonly checksBody?: boolean
  handle(request: HandledRequest): Promise<Answer> | Answer
}

export interface HandledRequest {
  readonly id: string
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

export interface Answer {
  readonly status?: number
  readonly body: unknown
  readonly type?: string
  /** Default: the id that the request got when it came. */
  readonly requestId?: string
  /** Milliseconds by part, for `Server-Timing`. */
  readonly timing?: Readonly<Record<string, number>>
}

/** What paths of a route look like, parameters as named groups. */
export function pathPattern(path: string): RegExp {
  const parts = pathParts(path).map((part) =>
    'name' in part ? `(?<${part.name}>[^/]+)` : part.text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`),
  )
  return new RegExp(`^${parts.join('')}$`)
}
