/** The command line: parses, runs one command, maps errors to exit codes (DESIGN §8). The sole place that knows commander. */
import { Command, CommanderError } from 'commander'
import { exitCodes, packageVersion } from '../base/index.js'
import { commands } from './commands/index.js'
import { createOutput, reportError } from './output.js'

/** Runs a command line and returns its exit code; never throws. */
export async function main(args: readonly string[]): Promise<number> {
  const isJson = args.includes('--json')
  process.stdout.on('error', endWithReader)
  let exitCode = 0
  const program = createProgram(async (action) => {
    try {
      exitCode = (await action(createOutput(isJson))) ?? 0
    } catch (error) {
      exitCode = reportError(error, isJson)
    }
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, isJson)
    return error.exitCode === 0 ? 0 : exitCodes.usage
  }
  return exitCode
}

/** Whoever reads the output may have seen enough, as `head` has. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
}

type Run = (action: (output: ReturnType<typeof createOutput>) => Promise<number | void>) => Promise<void>

function createProgram(run: Run): Command {
  const program = new Command('widedeep')
    .description('A complete Wide & Deep recommender: from logs to ranked lists.')
    .version(packageVersion())
    .showHelpAfterError('(widedeep <command> --help shows what it takes)')
    .exitOverride()
  for (const command of commands) {
    const sub = program.command(command.name).description(command.summary).exitOverride()
    for (const [name, text] of command.arguments ?? []) sub.argument(name, text)
    for (const [flags, text] of command.options) sub.option(flags, text)
    sub.option('--json', 'print exactly one JSON object on standard output, all else on standard error')
    if (command.example) sub.addHelpText('after', `\nExample:\n  ${command.example}`)
    sub.action(() => run((output) => command.run({ ...sub.opts(), arguments: sub.args }, output)))
  }
  return program
}
