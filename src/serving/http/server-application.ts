/**
 * The application of a server: every route over its state and its models. Schemas, their validators and Fastify take as long to load as a
 * model does, so a server loads this file while its scoring threads begin.
 */
import { createExplaining } from '../explaining.js'
import type { ModelSlots } from '../model-slots.js'
import { createRecommender } from '../recommender.js'
import type { Server, ServerOptions } from '../server.js'
import type { ServerState } from '../server-state.js'
import type { Application, ApplicationLimits, ApplicationParts } from './application.js'
import { createApplication } from './application.js'
import type { Route } from './route.js'
import { eventRoutes } from './routes/events.js'
import { listRoutes } from './routes/lists.js'
import { openInference } from './routes/open-inference.js'
import { operationRoutes } from './routes/operations.js'
import { stateRoutes } from './routes/state.js'
import { tensorFlowServing } from './routes/tensorflow-serving.js'

export interface ServedParts extends Pick<ApplicationParts, 'keys' | 'metrics' | 'onError'>, Pick<Server, 'ready'> {
  readonly state: ServerState
  readonly slots: ModelSlots
}

const defaultLimits: ApplicationLimits = { bodyBytes: 4 * 2 ** 20, inFlight: 256, perSecond: 0, arrivalMs: 10_000 }

/** Builds the application, ready to be asked; it listens nowhere yet. */
export async function createServerApplication(options: ServerOptions, parts: ServedParts): Promise<Application> {
  const { slots, keys, metrics, onError, ready } = parts
  const spoken = { name: nameOf(options), slots, metrics, isReady: () => ready().status === 'ready' }
  const application = await createApplication(serverRoutes(options, parts), {
    keys,
    limits: { ...defaultLimits, ...options.limits },
    metrics,
    standards: [tensorFlowServing(spoken), openInference(spoken)],
    onError,
  })
  await application.app.ready()
  return application
}

const nameOf = ({ name = 'widedeep' }: ServerOptions): string => name

function serverRoutes(options: ServerOptions, { state, slots, keys, metrics, ready }: ServedParts): Route[] {
  const { deadlineMs = 100 } = options
  const { catalogue, store, live } = state
  const shared = { name: nameOf(options), slots, catalogue, store, now: () => live.moment() }
  const recommender = createRecommender({
    ...shared,
    state: live,
    deadlineMs,
    onDegraded: (version) => {
      metrics.degraded(version)
    },
  })
  state.follow({
    onErased: (user) => {
      recommender.forget(user)
    },
  })
  return [
    ...listRoutes({ recommender, explaining: createExplaining(shared), metrics }),
    ...eventRoutes({ sink: live, metrics }),
    ...stateRoutes({ store, catalogue, state: live }),
    ...operationRoutes({ metrics, hasKeys: keys !== null, ready }),
  ]
}
