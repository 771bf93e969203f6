/** Lists that the config names: pinned items, for everyone or for those whose features say so. */
import type { Config, RawRow } from '../../features/index.js'
import type { CandidateSource, SourceContext } from '../candidate-source.js'

type Conditions = Readonly<Record<string, unknown>>

/** A source for each list of the config, with its items in their order. */
export function listSources({ config, itemIndex }: Pick<SourceContext, 'config' | 'itemIndex'>): CandidateSource[] {
  return Object.entries(config.retrieval?.lists ?? {}).map(([name, declaration]) => {
    const { items, where } = longForm(declaration)
    const own = items
      .flatMap((key) => itemIndex.get(key) ?? [])
      .map((item, place) => ({ item, score: 1 / (1 + place) }))
    return { name, candidates: ({ row }, k) => (fits(row, where) ? own.slice(0, k) : []) }
  })
}

type List = NonNullable<NonNullable<Config['retrieval']>['lists']>[string]

function longForm(list: List): { readonly items: readonly string[]; readonly where: Conditions } {
  return 'items' in list ? { items: list.items, where: list.where ?? {} } : { items: list, where: {} }
}

/** Whether a row has one of the values of each condition. */
function fits(row: RawRow, where: Conditions): boolean {
  return Object.entries(where).every(([name, wanted]) => {
    const values: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted]
    return values.map(String).includes(String(row[name]))
  })
}
