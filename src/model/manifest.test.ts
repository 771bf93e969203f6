import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { makeDirectory } from '../base/index.js'
import { readManifest, writeManifest } from './manifest.js'

let directory = ''

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'widedeep-manifest-'))
  makeDirectory(join(directory, 'tables'))
  writeFileSync(join(directory, 'tables', 'a.f32'), Buffer.alloc(64, 7))
  writeFileSync(join(directory, 'model.onnx'), 'graph')
  await writeManifest(directory, { kind: 'test' })
})

describe('a manifest', () => {
  it('reads back what was written when nothing changed', async () => {
    expect((await readManifest(directory)).content).toEqual({ kind: 'test' })
  })

  it('names the file with a flipped byte', async () => {
    const bytes = readFileSync(join(directory, 'tables', 'a.f32'))
    bytes[10] = 8
    writeFileSync(join(directory, 'tables', 'a.f32'), bytes)
    await expect(readManifest(directory)).rejects.toMatchObject({
      code: 'BUNDLE_DAMAGED',
      message: expect.stringContaining('a.f32') as string,
    })
  })

  it('names the file that is truncated, and the one that is missing', async () => {
    writeFileSync(join(directory, 'model.onnx'), 'grap')
    await expect(readManifest(directory)).rejects.toThrow(/model\.onnx/)
    rmSync(join(directory, 'model.onnx'))
    await expect(readManifest(directory)).rejects.toThrow(/model\.onnx.*no file/)
  })

  it('names itself when its own text was altered', async () => {
    const path = join(directory, 'manifest.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"kind": "test"', '"kind": "best"'))
    await expect(readManifest(directory)).rejects.toThrow(/manifest\.json/)
  })

  it('refuses another format version and a directory without a manifest', async () => {
    const path = join(directory, 'manifest.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"formatVersion": 1', '"formatVersion": 9'))
    await expect(readManifest(directory)).rejects.toMatchObject({ code: 'BUNDLE_VERSION_UNKNOWN' })
    rmSync(path)
    await expect(readManifest(directory)).rejects.toMatchObject({ code: 'BUNDLE_MISSING' })
  })
})
