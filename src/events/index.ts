export { createPast } from './past.js'
export type { Past, PastRequest, PastValue } from './past.js'
export type { PastDefinition, PastEvent, PastKey, PastSource } from './past-definition.js'
