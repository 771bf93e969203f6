/** For those who run the server: health, metrics, the description of the API. */
import { packageVersion } from '../../../base/index.js'
import type { Ready, RouteSpec } from '../../../protocol/index.js'
import { openApi, openInferenceRoutes, routes, tensorFlowModels, tensorFlowRoutes } from '../../../protocol/index.js'
import { docsPage } from '../docs-page.js'
import type { ServingMetrics } from '../../metrics.js'
import type { Route } from '../route.js'

export interface OperationParts {
  readonly metrics: ServingMetrics
  readonly hasKeys: boolean
  ready(): Ready
}

const own = (operation: string, path: string, summary: string, role: RouteSpec['role'] = null): RouteSpec => ({
  operation,
  method: 'GET',
  path,
  summary,
  role,
  answers: {},
})

export function operationRoutes({ metrics, hasKeys, ready }: OperationParts): Route[] {
  const all = [
    ...Object.values(routes),
    tensorFlowModels,
    ...[...tensorFlowRoutes, ...openInferenceRoutes].map(({ spec }) => spec),
  ]
  const description = openApi(all, { version: packageVersion(), hasKeys })
  return [
    { spec: routes.live, handle: () => ({ body: { status: 'live' } }) },
    {
      spec: routes.ready,
      handle() {
        const body = ready()
        return { status: body.status === 'ready' ? 200 : 503, body }
      },
    },
    { spec: routes.openapi, handle: () => ({ body: description }) },
    {
      spec: own('metrics', '/metrics', 'Measurements for Prometheus', 'read'),
      handle: async () => ({ body: await metrics.text(), type: metrics.contentType }),
    },
    {
      spec: own('docs', '/docs', 'This API as a page'),
      handle: () => ({ body: docsPage(all), type: 'text/html; charset=utf-8' }),
    },
  ]
}
