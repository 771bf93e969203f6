/** A user is erased while requests for him are under way, over a real log and store. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freshDirectory } from '../../test/opaque-bundle.js'
import { servedEvent } from './served-event.js'
import type { ServerState } from './server-state.js'
import { openServerState } from './server-state.js'

const directory = freshDirectory()
let state: ServerState
beforeAll(async () => {
  state = await openServerState({ directory, now: () => Date.now(), log: () => undefined, onLost: () => undefined })
})
afterAll(() => state.live.close())

/** What a request does: it begins, and has its answer noted later. */
function begin(user: string | null, requestId: string): () => boolean {
  const begun = performance.now()
  const asker = { user, moment: state.live.moment(), used: { user: { city: 'Bath' }, context: {} } }
  const answer = { requestId, model: { name: 'm', version: '1', alias: 'champion' } }
  const items = [{ id: 'a', rank: 1, score: 0 }]
  return () => state.live.note(begun, (moment) => servedEvent({ answer, asker, items }, moment))
}

it('leaves nothing of what those requests knew; what is asked later is noted again', async () => {
  const [before, under, other, nobody] = [
    begin('eve', 'before'),
    begin('eve', 'under way'),
    begin('bob', 'other'),
    begin(null, 'nobody'),
  ]
  expect(before()).toBe(true)
  const erasing = state.live.erase('eve')
  const meanwhile = begin('eve', 'meanwhile')
  expect([under(), meanwhile()]).toEqual([false, false])
  await erasing
  // Begun before the end, done after it.
  expect([under(), meanwhile(), other(), nobody(), begin('eve', 'after')()]).toEqual([false, false, true, true, true])
  let known = Infinity
  await state.live.record((moment) => [
    { type: 'item', id: 'e', time: (known = moment), received: moment, item: 'a', features: {} },
  ])
  const events = join(directory, 'events')
  const files = readdirSync(events).filter((name) => name.endsWith('.ndjson'))
  const text = files.map((name) => readFileSync(join(events, name), 'utf8')).join('')
  const served = [...text.matchAll(/"requestId":"([^"]*)"/g)].map(([, id]) => id)
  expect(served).toEqual(['other', 'nobody', 'after'])
  // No moment of what was dropped stands in the way of what is known since.
  expect(state.live.moment()).toBeGreaterThan(known)
  expect(state.live.pending).toBe(0)
})
