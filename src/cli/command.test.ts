import { describe, expect, it } from 'vitest'
import { settingsOption } from './command.js'
import { commands } from './commands/index.js'
import { main } from './main.js'

describe('the list of commands', () => {
  it.each(commands)('has $usage, whose file says what each argument is', async ({ usage, load }) => {
    const { command } = await load()
    const named = [...usage.matchAll(/[<[](\w+)/g)].map(([, name]) => name)
    expect(Object.keys(command.arguments ?? {})).toEqual(named)
  })

  it('shows a command alike however its help is asked for', async () => {
    const write = process.stdout.write.bind(process.stdout)
    const helpOf = async (...args: string[]): Promise<string> => {
      let text = ''
      process.stdout.write = (chunk) => ((text += String(chunk)), true)
      await main(args).finally(() => (process.stdout.write = write))
      return text
    }
    const help = await helpOf('promote', '--help')
    expect(help).toContain('number or alias')
    expect(help).toContain('--json')
    expect(await helpOf('help', 'promote')).toBe(help)
    expect(await helpOf('--help')).toContain('promote [options] <version>')
  })
})

describe('--set', () => {
  it('reads JSON where it is JSON and text elsewhere', () => {
    const set = ['model.deep.dropout=0.2', 'model.deep.hidden=[64,32]', 'training.metric=logLoss', 'a.b=x=y', 'a.c="1"']
    expect(settingsOption({ set }, 'set')).toEqual({
      'model.deep.dropout': 0.2,
      'model.deep.hidden': [64, 32],
      'training.metric': 'logLoss',
      'a.b': 'x=y',
      'a.c': '1',
    })
    expect(settingsOption({}, 'set')).toBeUndefined()
  })

  it('says what it takes', () => {
    expect(() => settingsOption({ set: ['model.deep.dropout'] }, 'set')).toThrow(/path=value/)
    expect(() => settingsOption({ set: ['=3'] }, 'set')).toThrow(/path=value/)
  })
})
