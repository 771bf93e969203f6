/** The OpenAPI 3.1 description, made of the routes: their schemas are JSON Schema, which is what OpenAPI 3.1 takes. */
import { Problem, problemType } from './problem.js'
import type { RouteSpec } from './route-spec.js'
import { pathParts } from './route-spec.js'

export interface OpenApiOptions {
  readonly version: string
  readonly hasKeys: boolean
}

/** Describes routes; errors of every route are a `Problem`. */
export function openApi(routes: readonly RouteSpec[], { version, hasKeys }: OpenApiOptions): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = pathParts(route.path)
      .map((part) => ('name' in part ? `{${part.name}}` : part.text))
      .join('')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, hasKeys) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'widedeep', version, description: 'Retrieves and ranks items for users; takes what happened.' },
    paths,
    components: {
      schemas: { Problem },
      ...(hasKeys ? { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } } : {}),
    },
  }
}

function operationOf(route: RouteSpec, hasKeys: boolean): Record<string, unknown> {
  const { operation, summary, role, params, query, body, answers, error } = route
  const problem = error
    ? { content: { 'application/json': { schema: error } } }
    : { content: { [problemType]: { schema: { $ref: '#/components/schemas/Problem' } } } }
  const parameters = [...parametersOf(params, 'path'), ...parametersOf(query, 'query')]
  return {
    operationId: operation,
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } } : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, schema]) => [
          status,
          { description: summary, content: { 'application/json': { schema } } },
        ]),
      ),
      default: { description: 'what is wrong', ...problem },
    },
    ...(hasKeys && role !== null ? { security: [{ key: [] }] } : {}),
  }
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, object>>
  readonly required?: readonly string[]
}

function parametersOf(schema: ObjectSchema | undefined, place: 'path' | 'query'): object[] {
  return Object.entries(schema?.properties ?? {}).map(([name, own]) => ({
    name,
    in: place,
    required: place === 'path' || (schema?.required ?? []).includes(name),
    schema: own,
  }))
}
