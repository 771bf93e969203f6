/** The server: state, models and HTTP put together, started and stopped in order. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { resolve } from 'node:path'
import type { Ready } from '../protocol/index.js'
import { readKeys } from './api-keys.js'
import { WideDeepError } from '../base/index.js'
import { bodyTaken, cannotListen, keysNeeded } from './errors.js'
import type { Application, ApplicationLimits } from './http/application.js'
import type { ServingMetrics } from './metrics.js'
import { createMetrics } from './metrics.js'
import type { ModelSource } from './model-slot.js'
import type { ModelSlots } from './model-slots.js'
import { bundleSource, registrySource } from './model-sources.js'
import type { ServerState } from './server-state.js'
import { openServerState } from './server-state.js'
import { openServingModels } from './serving-models.js'

export interface ServerOptions {
  /** Aliases of a registry that are followed, the first is the default; or one bundle for ever. */
  readonly models: { readonly registry: string; readonly aliases: readonly string[] } | { readonly bundle: string }
  /** Where the event log and the SQLite file lie. */
  readonly directory: string
  /** `postgres://…` for a store beyond this machine. Default: SQLite in `directory`. */
  readonly store?: string | undefined
  /** Named in every answer. Default `widedeep`. */
  readonly name?: string
  /** File with API keys; needed for any host but the loopback. */
  readonly keys?: string | undefined
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 8080; 0 takes any that is free. */
  readonly port?: number
  /** Threads that score. Default 2. */
  readonly threads?: number
  /** Most candidates that one thread scores of a request. Default 200. */
  readonly partSize?: number
  /** Memory for item parts. Default 512 MiB. */
  readonly itemPartBytes?: number
  /** After so long an answer has what is scored by then, in milliseconds. Default 100. */
  readonly deadlineMs?: number
  readonly limits?: Partial<ApplicationLimits>
  /** Hears what happens: versions that begin to serve or are refused, and what went wrong. Default: nobody. */
  log?(line: string): void
  /** Memory that may still be taken. Default: what the system says. */
  availableBytes?(): number
  /** Milliseconds since 1970. Default: the system's clock. */
  now?(): number
}

export interface Server {
  /** Starts to listen; resolves to the address once every alias has loaded its version, or refused it. */
  listen(): Promise<string>
  /** Resolves once every alias has loaded its version, or refused it; for those who do not listen here. */
  loaded(): Promise<void>
  /** Answers a request that came to a server of your own and whose body nobody has read; needs no `this`. */
  handler(request: IncomingMessage, response: ServerResponse): void
  ready(): Ready
  /** Takes no more requests, answers those that came, and ends. */
  close(): Promise<void>
}

/** Containers have limits of their own, which Node knows from 20.13 on. */
const availableBytes = (): number => process.availableMemory()
const loopback = new Set(['127.0.0.1', 'localhost', '::1'])

/** Opens the state and begins to load the models. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const { host = '127.0.0.1', port = 8080, log = () => undefined } = options
  if (options.keys === undefined && !loopback.has(host)) throw keysNeeded({ host })
  const keys = options.keys === undefined ? null : readKeys(options.keys)
  const directory = resolve(options.directory)
  const watched: { application?: Application; state?: ServerState } = {}
  const metrics = createMetrics({
    inFlight: () => watched.application?.inFlight() ?? 0,
    items: () => watched.state?.catalogue.size ?? 0,
    pendingRecords: () => watched.state?.live.pending ?? 0,
  })
  const onError = (error: unknown): void => {
    log(error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  const opening = openServerState({
    directory,
    store: options.store,
    now: options.now?.bind(options) ?? Date.now,
    log,
    onLost(error, records) {
      metrics.lost(records)
      onError(error)
    },
  })
  // The scoring threads load while the state is read.
  const slots = openModels({ ...options, directory, log }, { opening, metrics, onError })
  const state = await opening.catch(async (error: unknown) => {
    await slots.close()
    throw error
  })
  watched.state = state
  const life: Life = { isLoaded: false, isClosing: false }
  const ready = (): Ready => ({ status: statusOf(life, slots), models: modelsOf(slots, state) })
  const { createServerApplication } = await import('./http/server-application.js')
  const application = await createServerApplication(options, {
    ...{ state, slots, keys, metrics, ready },
    onError: (error, requestId) => {
      log(`request ${requestId}:`)
      onError(error)
    },
  })
  watched.application = application
  return running({ app: application.app, slots, state, life }, { host, port, ready })
}

/** How far a server is in its life. */
interface Life {
  isLoaded: boolean
  isClosing: boolean
}

function statusOf({ isLoaded, isClosing }: Life, slots: ModelSlots): Ready['status'] {
  if (isClosing) return 'stopping'
  return isLoaded && slots.states().some(({ version }) => version !== null) ? 'ready' : 'starting'
}

interface Running {
  readonly app: Application['app']
  readonly slots: ModelSlots
  readonly state: ServerState
  readonly life: Life
}

function running(
  { app, slots, state, life }: Running,
  { host, port, ready }: { readonly host: string; readonly port: number; ready(): Ready },
): Server {
  const loaded = async (): Promise<void> => {
    await slots.settled()
    life.isLoaded = true
  }
  const end = async (): Promise<void> => {
    life.isClosing = true
    await app.close()
    await slots.close()
    await state.live.close()
  }
  let ended: Promise<void> | undefined
  return {
    ready,
    loaded,
    async listen() {
      try {
        const url = await app.listen({ host, port })
        await loaded()
        return url
      } catch (cause) {
        // What was opened for it would keep the process and the event log's lock.
        await (ended ??= end())
        throw isSystemError(cause) ? cannotListen({ host, port, reason: cause.message }, { cause }) : cause
      }
    },
    handler(request, response) {
      if (wasRead(request)) throw bodyTaken({ path: request.url ?? '' })
      app.routing(request, response)
    },
    close: () => (ended ??= end()),
  }
}

const isSystemError = (cause: unknown): cause is Error =>
  cause instanceof Error && !(cause instanceof WideDeepError) && 'code' in cause

/** Whether somebody has taken the body of a request that has one. */
function wasRead({ headers, readableEnded }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  return hasBody && readableEnded
}

interface Opened {
  readonly opening: Promise<ServerState>
  readonly metrics: ServingMetrics
  onError(error: unknown): void
}

function openModels(
  options: ServerOptions & { readonly directory: string; log(line: string): void },
  { opening, metrics, onError }: Opened,
): ModelSlots {
  const { directory, threads = 2, partSize = 200, itemPartBytes = 512 * 2 ** 20, log } = options
  return openServingModels(sourcesOf(options, onError), opening, {
    directory,
    threads,
    // One bundle for ever is followed by none.
    spareThreads: 'bundle' in options.models ? 0 : threads,
    partSize,
    itemPartBytes,
    availableBytes: options.availableBytes ?? availableBytes,
    onError,
    onSwitch(alias, version, seconds) {
      metrics.switched(alias, version, seconds)
      log(`${alias}: version ${version} serves (loaded and warmed in ${seconds.toFixed(2)} s)`)
    },
    onRefused(alias, version, error) {
      metrics.refused(alias)
      log(`${alias}: version ${version} is refused: ${error instanceof Error ? error.message : String(error)}`)
    },
  })
}

function sourcesOf({ models }: ServerOptions, onError: (error: unknown) => void): ModelSource[] {
  if ('bundle' in models) return [bundleSource(models.bundle)]
  return models.aliases.map((alias) => registrySource(models.registry, alias, onError))
}

const modelsOf = (slots: ModelSlots, { catalogue }: ServerState): Ready['models'] =>
  slots.states().map(({ alias, version, refused }) => ({
    alias,
    version,
    items: catalogue.size,
    ...(refused === null ? {} : { refused }),
  }))
