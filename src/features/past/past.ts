/** The past in memory: takes events as they become known and answers what a request may know, as preparation does of the logs. */
import type { Moments } from './event-moments.js'
import { createMoments } from './event-moments.js'
import type { PastDefinition, PastEvent, PastKey, PastSource, PastTake } from './past-definition.js'

/** A count, a rate or seconds; the items of a history; `null` where there is nothing to know. */
export type PastValue = number | readonly string[] | null

export interface PastRequest {
  readonly user: string | null
  readonly item: string | null
  readonly moment: number
}

export interface Past {
  /** Takes an event; those that come late find their place. */
  record(event: PastEvent): void
  /** The value of each definition, by name. */
  valuesAt(request: PastRequest): Record<string, PastValue>
}

/** An empty past for some definitions. */
export function createPast(definitions: readonly PastDefinition[]): Past {
  const followed = definitions.map(follow)
  return {
    record(event) {
      for (const one of followed) one.record(event)
    },
    valuesAt: (request) => Object.fromEntries(followed.map(({ name, value }) => [name, value(request)])),
  }
}

interface Followed {
  readonly name: string
  record(event: PastEvent): void
  value(request: PastRequest): PastValue
}

/** The places `[from, to)` of `moments`. */
interface Window {
  readonly moments: Moments
  readonly from: number
  readonly to: number
}

/** Events of one source by key. */
interface Series {
  record(event: PastEvent): void
  /** Events of the key in the window before a moment. */
  window(request: PastRequest): Window
}

const nothing = createMoments()

function series(source: PastSource, by: readonly PastKey[], window: number | null): Series {
  const byKey = new Map<string, Moments>()
  const isMeant = ({ kind }: PastEvent): boolean =>
    source.of === 'impressions' ? kind === null : kind !== null && (source.kinds?.includes(kind) ?? true)
  return {
    record(event) {
      if (!isMeant(event)) return
      const key = keyOf(event, by) ?? ''
      const moments = byKey.get(key) ?? createMoments()
      byKey.set(key, moments)
      moments.add(event.moment, event.item)
    },
    window(request) {
      const key = keyOf(request, by)
      const moments = (key === null ? undefined : byKey.get(key)) ?? nothing
      const to = moments.before(request.moment)
      return { moments, from: window === null ? 0 : moments.before(request.moment - window), to }
    },
  }
}

/** One text for the key of an event; `null` where a part of it is missing. */
function keyOf(
  of: { readonly user: string | null; readonly item: string | null },
  by: readonly PastKey[],
): string | null {
  const parts = by.map((key) => of[key])
  return parts.includes(null) ? null : JSON.stringify(parts)
}

/** How a value is made of the key's events in the window; the series are those that `sources` asks for. */
interface Take {
  sources(definition: PastDefinition): Series[]
  value(windows: readonly Window[], definition: PastDefinition, moment: number): PastValue
}

const ofSource = ({ source, by, window }: PastDefinition): Series[] => [series(source, by, window)]
const countOf = (window: Window | undefined): number => (window ? window.to - window.from : 0)

const takes: Readonly<Record<PastTake, Take>> = {
  count: { sources: ofSource, value: ([own]) => countOf(own) },
  items: {
    sources: ofSource,
    value: ([own], { last }) => own?.moments.items(Math.max(own.from, own.to - last), own.to) ?? [],
  },
  recency: {
    sources: ofSource,
    value: ([own], { unitsPerSecond }, moment) =>
      own && own.to > own.from ? (moment - own.moments.at(own.to - 1)) / unitsPerSecond : null,
  },
  rate: {
    sources: ({ source, by, window }) => [
      series(source, by, window),
      series({ of: 'impressions' }, by, window),
      series(source, [], window),
      series({ of: 'impressions' }, [], window),
    ],
    value([actions, shown, allActions, allShown], { smoothing }) {
      const counts = { a: countOf(actions), n: countOf(shown), allA: countOf(allActions), allN: countOf(allShown) }
      return smoothedRate({ ...counts, smoothing })
    },
  },
}

function follow(definition: PastDefinition): Followed {
  const { name, by, take } = definition
  const sources = takes[take].sources(definition)
  return {
    name,
    record(event) {
      for (const source of sources) source.record(event)
    },
    value(request) {
      if (keyOf(request, by) === null) return null
      const windows = sources.map((source) => source.window(request))
      return takes[take].value(windows, definition, request.moment)
    },
  }
}

/** `(a + s·A/N) / (n + s)`; without any impression yet the prior is 0, and without smoothing and impressions so is the rate. */
function smoothedRate(of: {
  readonly a: number
  readonly n: number
  readonly allA: number
  readonly allN: number
  readonly smoothing: number
}): number {
  const { a, n, allA, allN, smoothing } = of
  const prior = allN > 0 ? allA / allN : 0
  return n + smoothing > 0 ? (a + smoothing * prior) / (n + smoothing) : 0
}
