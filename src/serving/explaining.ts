/** Why items have their scores for a user, as the model that serves sees them now. */
import { randomUUID } from 'node:crypto'
import type { StateStore } from '../events/index.js'
import type { ExplainRequest, ModelInfo } from '../protocol/index.js'
import type { Explanation } from '../ranking/index.js'
import { askerOf } from './asker.js'
import { itemUnknown } from './errors.js'
import type { ItemCatalogue } from './item-catalogue.js'
import type { ModelSlots } from './model-slots.js'
import { checkNames } from './request-row.js'
import { itemRow } from './served-model.js'

export interface ExplainedList {
  readonly requestId: string
  readonly model: ModelInfo
  readonly items: readonly { readonly id: string; readonly explanation: Explanation }[]
}

export interface Explaining {
  explain(request: ExplainRequest): Promise<ExplainedList>
}

export interface ExplainingParts {
  readonly name: string
  readonly slots: ModelSlots
  readonly catalogue: ItemCatalogue
  readonly store: StateStore
  now(): number
}

export function createExplaining(parts: ExplainingParts): Explaining {
  const { name, slots, catalogue } = parts
  return {
    explain: (request) =>
      slots.use(request.model, async (model, alias) => {
        checkNames(model.names, request)
        const { row } = await askerOf(parts, model, request)
        const explainer = await model.explainer()
        const items = []
        for (const id of request.items) {
          const index = catalogue.indexOf(id)
          if (index === undefined) throw itemUnknown({ item: id })
          items.push({ id, explanation: await explainer.explain({ ...row, ...itemRow(catalogue, index) }) })
        }
        const requestId = request.requestId ?? randomUUID()
        return { requestId, model: { name, version: model.version, alias }, items }
      }),
  }
}
