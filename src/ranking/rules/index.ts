import { boost } from './boost.js'
import { diversity } from './diversity.js'
import { exclude } from './exclude.js'
import { exploration } from './exploration.js'
import { filter } from './filter.js'
import type { Rule } from './rule.js'

/** Every rule, in the order in which they are applied. */
export const rules = [exclude, filter, boost, diversity, exploration] as const

/** What a request may declare: plain data, a key for each rule. */
export type Rules = {
  readonly [R in (typeof rules)[number] as R['name']]?: R extends Rule<string, infer D> ? D : never
}
