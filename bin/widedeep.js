#!/usr/bin/env node
/**
 * The launcher. In a checkout it brings dist/ up to date first; in an installed package it only runs dist/.
 * Plain JavaScript and no lifecycle hook, because `ignore-scripts=true` switches those off.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const environmentFault = 5
const isCheckout = exists('../src/cli') && exists('../scripts/build.js')

function exists(path) {
  return existsSync(fileURLToPath(new URL(path, import.meta.url)))
}

function isMissingPackage(error) {
  return error?.code === 'ERR_MODULE_NOT_FOUND' && /Cannot find package/.test(error.message)
}

/** Says what is wrong with the surroundings and the way out. */
function refuse(what, error) {
  const wayOut = isCheckout
    ? 'The packages of this checkout are not installed: run `npm ci` in it.'
    : 'The installation is not complete: install widedeep again.'
  console.error(`widedeep: ${what}: ${error?.message ?? String(error)}${isMissingPackage(error) ? `\n${wayOut}` : ''}`)
  process.exitCode = environmentFault
}

async function bringUpToDate() {
  const { build } = await import('../scripts/build.js')
  await build()
}

async function start() {
  try {
    if (isCheckout) await bringUpToDate()
  } catch (error) {
    refuse('the build failed', error)
    return
  }
  let main
  try {
    main = (await import('../dist/cli/main.js')).main
  } catch (error) {
    refuse('cannot start', error)
    return
  }
  process.exitCode = await main(process.argv.slice(2))
}

await start()
