/** Lists: recommend, the next page, rank, explain. */
import type {
  ExplainRequest,
  NextPageQuery,
  RankedList,
  RankRequest,
  RecommendRequest,
} from '../../../protocol/index.js'
import { routes } from '../../../protocol/index.js'
import type { Explaining } from '../../explaining.js'
import type { ServingMetrics } from '../../metrics.js'
import type { Recommender } from '../../recommender.js'
import type { Answer, Route } from '../route.js'

export interface ListParts {
  readonly recommender: Recommender
  readonly explaining: Explaining
  readonly metrics: ServingMetrics
}

export function listRoutes({ recommender, explaining, metrics }: ListParts): Route[] {
  const answer = (operation: string, list: RankedList): Answer => {
    const { model, timings, items } = list
    metrics.list(
      { model: model.name, version: model.version, alias: model.alias ?? '', operation },
      { retrieve: timings.retrieveMs / 1000, rank: timings.rankMs / 1000, candidates: items.length },
    )
    return {
      body: list,
      requestId: list.requestId,
      timing: { retrieve: timings.retrieveMs, rank: timings.rankMs, total: timings.totalMs },
    }
  }
  return [
    {
      spec: routes.recommend,
      handle: async ({ id, body }) =>
        answer('recommend', await recommender.recommend({ requestId: id, ...(body as RecommendRequest) })),
    },
    {
      spec: routes.nextPage,
      async handle({ params, query }) {
        const { requestId } = params as { requestId: string }
        return answer('next', await recommender.nextPage(requestId, query as NextPageQuery))
      },
    },
    {
      spec: routes.rank,
      handle: async ({ id, body }) =>
        answer('rank', await recommender.rank({ requestId: id, ...(body as RankRequest) })),
    },
    { spec: routes.explain, handle: async ({ body }) => ({ body: await explaining.explain(body as ExplainRequest) }) },
  ]
}
