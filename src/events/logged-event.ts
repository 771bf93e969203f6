/** What the event log holds: one kind of record for each thing that may happen, as plain JSON. */

/** A value of JSON. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** Values by name: raw features, or the context of a request. */
export type JsonValues = Readonly<Record<string, JsonValue>>

interface EventBase {
  /** Names the event for ever: the same id again is the same event. */
  readonly id: string
  /** When it happened, milliseconds since 1970. */
  readonly time: number
  /** When we knew it, milliseconds since 1970: from then on it counts as past. */
  readonly received: number
}

/** An item that was seen; positions are from 1. */
export interface ShownItem {
  readonly id: string
  readonly position?: number
}

/** Items were shown to a user. */
export interface ImpressionEvent extends EventBase {
  readonly type: 'impression'
  readonly requestId?: string
  readonly user: string
  /** Items that count as shown with this event. */
  readonly items: readonly ShownItem[]
  /** Items that count already, since a list of the same request had them. */
  readonly confirmed?: readonly ShownItem[]
  readonly context?: JsonValues
}

/** A user acted on an item. */
export interface InteractionEvent extends EventBase {
  readonly type: 'interaction'
  readonly requestId?: string
  readonly user: string
  readonly item: string
  readonly action: string
  readonly value?: number
}

/** Features of a user, merged over those that are known; `null` takes one away. */
export interface UserEvent extends EventBase {
  readonly type: 'user'
  readonly user: string
  readonly features: JsonValues
}

/** An item of the catalogue, merged over what is known of it; `null` takes a feature away. */
export interface ItemEvent extends EventBase {
  readonly type: 'item'
  readonly item: string
  readonly title?: string
  readonly isHidden?: boolean
  readonly features: JsonValues
}

/** One item of an answer. */
export interface ServedItem {
  readonly id: string
  /** From 1. */
  readonly position: number
  readonly score: number
  /** The candidate source that proposed it. */
  readonly source?: string
  /** The chance that the policy gave it. */
  readonly propensity?: number
  readonly features?: JsonValues
}

/** An answer with the feature values that were used. */
export interface ServedEvent extends EventBase {
  readonly type: 'served'
  readonly requestId: string
  readonly user: string | null
  readonly model: { readonly version: string }
  readonly context: JsonValues
  readonly userFeatures: JsonValues
  readonly items: readonly ServedItem[]
}

/** A user was erased: what came before is gone, so that no replay brings it back. */
export interface ErasedEvent extends EventBase {
  readonly type: 'erased'
  readonly user: string
}

export type LoggedEvent = ImpressionEvent | InteractionEvent | UserEvent | ItemEvent | ServedEvent | ErasedEvent
