/** Routes of protocols that ask the same verbs at several places: of a model, of one of its versions, of one of its labels. */
import { Type } from 'typebox'
import { BriefError } from './raw-rows.js'
import type { RouteSpec } from './route-spec.js'
import { pathParts } from './route-spec.js'

export interface Verb extends Pick<RouteSpec, 'method' | 'summary' | 'role' | 'body' | 'answers'> {
  /** Behind the place. */
  readonly path: string
}

export interface VerbRoute<V extends string> {
  readonly verb: V
  readonly spec: RouteSpec
}

export interface Places {
  readonly protocol: string
  /** Operations begin with it. */
  readonly operation: string
  /** Paths by what is appended to the operation. */
  readonly paths: Readonly<Record<string, string>>
}

/** Every verb at every place. */
export function verbRoutes<V extends string>(
  verbs: Readonly<Record<V, Verb>>,
  { protocol, operation, paths }: Places,
): VerbRoute<V>[] {
  return (Object.entries(verbs) as [V, Verb][]).flatMap(([verb, { path, summary, ...rest }]) =>
    Object.entries(paths).map(([place, before]) => ({
      verb,
      spec: {
        ...rest,
        operation: `${operation}${verb.slice(0, 1).toUpperCase()}${verb.slice(1)}${place}`,
        path: before + path,
        summary: `${protocol}: ${summary}`,
        params: paramsOf(before),
        error: BriefError,
      },
    })),
  )
}

const paramsOf = (path: string): NonNullable<RouteSpec['params']> =>
  Type.Object(
    Object.fromEntries(pathParts(path).flatMap((part) => ('name' in part ? [[part.name, Type.String()]] : []))),
  )
