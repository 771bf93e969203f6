/** What happened. */
import { routes } from '../../../protocol/index.js'
import { eventsOf } from '../../events-body.js'
import { takeEvents } from '../../event-intake.js'
import type { EventSink } from '../../event-intake.js'
import type { ServingMetrics } from '../../metrics.js'
import type { Route } from '../route.js'

export interface EventParts {
  readonly sink: EventSink
  readonly metrics: ServingMetrics
}

export function eventRoutes({ sink, metrics }: EventParts): Route[] {
  return [
    {
      // Every event is checked for itself: the body is no schema's affair but that it has events.
      spec: routes.events,
      checksBody: false,
      async handle({ body }) {
        const answer = await takeEvents(sink, eventsOf(body))
        metrics.events('accepted', answer.accepted)
        metrics.events('duplicate', answer.duplicates)
        metrics.events('rejected', answer.ids.filter((id) => id === null).length)
        return { status: 202, body: answer, timing: { log: answer.tookMs } }
      },
    },
  ]
}
