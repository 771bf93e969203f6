import { describe, expect, it } from 'vitest'
import { categorical } from './declare.js'
import { validateConfig } from './validate-config.js'

const faults = (data: object, model?: object): string[] =>
  validateConfig({ data, features: { item: { app: categorical() } }, ...(model ? { model } : {}) }).map(
    ({ path, message }) => `${path} ${message}`,
  )

const whole = {
  impressions: 'shown.csv',
  actions: { from: 'done.csv', kind: 'event', known: 'received', request: 'request' },
  label: { action: ['install', 'buy'], within: '24h', credit: 'first' },
  user: 'user',
  item: 'app',
  time: 'at',
  history: { installed: { of: 'app', action: 'install', last: 5 } },
}

describe('a config of impression and action logs', () => {
  it('is right as documented, with kinds as a text, a list or weights', () => {
    expect(faults(whole)).toEqual([])
    expect(faults({ ...whole, actions: 'done.csv', label: { action: 'install' } })).toEqual([])
    expect(faults({ ...whole, label: { action: { click: 1, install: 5 } } })).toEqual([])
  })

  it('names all that a label or a history of actions lacks', () => {
    const { actions: _actions, user: _user, time: _time, ...without } = whole
    const found = faults(without)
    expect(found).toContain(
      'data.label.action must have data.actions, data.user, data.time beside it; got nothing there',
    )
    expect(found.some((text) => text.startsWith('data.history.installed.action must have'))).toBe(true)
  })

  it.each([
    [{ ...whole, examples: 'rows.csv' }, 'data.impressions'],
    [{ ...whole, label: { action: 'install', column: 'label' } }, 'data.label'],
    [{ ...whole, label: {} }, 'data.label'],
    [{ ...whole, label: { action: 'install', atLeast: 3 } }, 'data.label.atLeast'],
    [{ ...whole, label: { column: 'label', within: '1d' } }, 'data.label.within'],
    [{ ...whole, label: { action: 'install', within: 'a day' } }, 'data.label.within'],
    [{ ...whole, label: { action: 'install', credit: 'all' } }, 'data.label.credit'],
    [{ ...whole, label: { action: { install: -1 } } }, 'data.label.action.install'],
    [{ ...whole, label: { action: {} } }, 'data.label.action'],
    [{ ...whole, actions: { from: 'done.csv', kinds: 'event' } }, 'data.actions.kinds'],
    [
      { ...whole, history: { installed: { of: 'app', action: 'install', take: 'others' } } },
      'data.history.installed.take',
    ],
    [{ ...whole, label: { column: 'clicked' }, history: {} }, 'data.actions'],
  ])('refuses %j', (data, path) => {
    expect(faults(data).map((text) => text.split(' ')[0])).toEqual([path])
  })

  it('is of a binary head', () => {
    expect(faults(whole, { head: 'regression' })[0]).toContain('data.label.action')
  })
})
