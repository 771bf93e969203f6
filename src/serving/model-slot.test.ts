/** A slot over models that only count how they are used. */
import { describe, expect, it } from 'vitest'
import { threadFailed } from '../ranking/index.js'
import { createSlot } from './model-slot.js'
import type { Slot } from './model-slot.js'
import type { ModelVersion, ServedModel } from './served-model.js'

interface Stage {
  readonly slot: Slot
  readonly happened: string[]
  readonly failing: Set<string>
  name(version: string | null): Promise<void>
}

/** A slot whose models do nothing but say when they are opened and closed. */
function stage(): Stage {
  const happened: string[] = []
  const failing = new Set<string>()
  let tell: (version: ModelVersion | null) => void = () => undefined
  const open = async ({ version, directory }: ModelVersion): Promise<ServedModel> => {
    await Promise.resolve()
    if (failing.has(version)) throw new Error('it cannot be read')
    happened.push(`open ${version}`)
    const close = (): Promise<void> => Promise.resolve(void happened.push(`close ${version}`))
    return { version, directory, close } as Partial<ServedModel> as ServedModel
  }
  const source = { alias: 'champion', follow: (listener: typeof tell) => (tell = listener), close: () => undefined }
  const slot = createSlot(source, open, {
    onSwitch: (_, version) => happened.push(`switch ${version}`),
    onRefused: (_, version) => happened.push(`refuse ${version}`),
  })
  const name = async (version: string | null): Promise<void> => {
    tell(version === null ? null : { version, directory: version })
    await slot.settled()
  }
  return { slot, happened, failing, name }
}

const versionOf = ({ version }: ServedModel): Promise<string> => Promise.resolve(version)

describe('a slot', () => {
  it('closes the old version when its last user is done', async () => {
    const { slot, happened, name } = stage()
    await name('1')
    let done: () => void = () => undefined
    const using = slot.use(() => new Promise<void>((resolve) => (done = resolve)))
    await name('2')
    expect(await slot.use(versionOf)).toBe('2')
    expect(happened).toEqual(['open 1', 'switch 1', 'open 2', 'switch 2'])
    done()
    await using
    expect(happened.at(-1)).toBe('close 1')
  })

  it('keeps the old version where the new one cannot be loaded, and where the alias names nothing', async () => {
    const { slot, failing, name } = stage()
    await name('1')
    failing.add('2')
    await name('2')
    expect(slot.state()).toEqual({ alias: 'champion', version: '1', refused: 'version 2: it cannot be read' })
    await name(null)
    expect(await slot.use(versionOf)).toBe('1')
    await name('3')
    expect(slot.state()).toEqual({ alias: 'champion', version: '3', refused: null })
  })

  it('never loads a version that came and went while another was loading', async () => {
    const { happened, name } = stage()
    await Promise.all([name('1'), name('2'), name('3')])
    expect(happened).toContain('open 3')
    expect(happened).not.toContain('open 2')
  })

  it('loads its version anew when a thread of it has died', async () => {
    const { slot, happened, name } = stage()
    await name('1')
    const dying = (): Promise<never> => Promise.reject(threadFailed({ directory: '1', reason: 'killed' }))
    await expect(slot.use(dying)).rejects.toMatchObject({ code: 'RANKING_THREAD_FAILED' })
    await slot.settled()
    expect(happened).toEqual(['open 1', 'switch 1', 'open 1', 'close 1', 'switch 1'])
    await expect(slot.use(() => Promise.reject(new Error('another fault')))).rejects.toThrow('another fault')
    await slot.settled()
    expect(happened).toHaveLength(5)
  })

  it('answers nobody before anything is loaded, and closes what it has', async () => {
    const { slot, happened, name } = stage()
    await expect(slot.use(versionOf)).rejects.toMatchObject({ code: 'SERVING_NOT_READY', status: 503 })
    await name('1')
    await slot.close()
    expect(happened.at(-1)).toBe('close 1')
  })
})
