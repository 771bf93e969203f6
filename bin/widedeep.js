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

function refuse(error) {
  const isMissingPackage = error?.code === 'ERR_MODULE_NOT_FOUND' && /Cannot find package/.test(error.message)
  if (isCheckout && isMissingPackage) {
    console.error(`widedeep: ${error.message}\nThe packages of this checkout are not installed: run \`npm ci\` in it.`)
  } else {
    console.error(`widedeep: the build failed.\n${error?.message ?? String(error)}`)
  }
  process.exitCode = environmentFault
}

async function prepare() {
  if (isCheckout) await (await import('../scripts/build.js')).build()
  return (await import('../dist/cli/main.js')).main
}

const main = await prepare().catch(refuse)
if (main) process.exitCode = await main(process.argv.slice(2))
