/** Prints the skipped tests by name and the closing line of counts from vitest's JSON reports. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder, failedSteps] = [process.argv[2], Number(process.argv[3])]
const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
const files = reports.flatMap((report) => report.testResults)
const tests = files.flatMap((file) => file.assertionResults)
const skipped = tests.filter((test) => ['pending', 'skipped', 'todo'].includes(test.status))
const passedCount = tests.filter((test) => test.status === 'passed').length
const failedTestCount = tests.filter((test) => test.status === 'failed').length
// A file that does not load has no tests in the report, and a step may fail before any test: both count as failures.
const brokenFileCount = files.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
const failedCount = Math.max(failedTestCount + brokenFileCount, failedSteps > 0 ? 1 : 0)
const isSilent = !existsSync(join(folder, 'test.json')) || passedCount === 0

for (const test of skipped) console.log(`skipped: ${test.fullName}`)
if (isSilent) console.log('no test has passed: the tests did not run')
console.log(`${passedCount} passed, ${failedCount} failed, ${skipped.length} skipped`)
process.exitCode = failedCount > 0 || failedSteps > 0 || isSilent ? 1 : 0
