/** The command line: parses, runs one command, maps errors to exit codes (DESIGN §8). The sole place that knows commander. */
import { Command, CommanderError } from 'commander'
import { exitCodes, packageVersion } from '../base/index.js'
import type { CliCommand } from './command.js'
import { commands } from './commands/index.js'
import { createOutput, reportError } from './output.js'

/** Runs a command line and returns its exit code; never throws. */
export async function main(args: readonly string[]): Promise<number> {
  const isJson = args.includes('--json')
  process.stdout.on('error', endWithReader)
  let exitCode = 0
  const run: Run = async (action) => {
    try {
      exitCode = (await action(createOutput(isJson))) ?? 0
    } catch (error) {
      exitCode = reportError(error, isJson)
    }
  }
  try {
    const program = await createProgram(run, askedFor(args))
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

/** The command that a command line is about: its first word, or the one after `help`. */
function askedFor(args: readonly string[]): string | undefined {
  const [first, second] = args.filter((word) => !word.startsWith('-'))
  return first === 'help' ? second : first
}

/** All commands for the help of all, and one of them whole. */
async function createProgram(run: Run, asked: string | undefined): Promise<Command> {
  const program = new Command('widedeep')
    .description('A complete Wide & Deep recommender: from logs to ranked lists.')
    .version(packageVersion())
    .showHelpAfterError('(widedeep <command> --help shows what it takes)')
    .exitOverride()
    // Commands that are not loaded have no options yet.
    .configureHelp({ subcommandTerm: (listed) => `${listed.name()} ${listed.usage()}` })
  for (const { usage, summary, load } of commands) {
    const listed = program.command(usage).description(summary).exitOverride()
    if (listed.name() === asked) complete(listed, (await load()).command, run)
  }
  return program
}

function complete(listed: Command, command: CliCommand, run: Run): void {
  for (const argument of listed.registeredArguments) argument.description = command.arguments?.[argument.name()] ?? ''
  for (const [flags, text] of command.options) listed.option(flags, text)
  listed.option('--json', 'print exactly one JSON object on standard output, all else on standard error')
  if (command.example) listed.addHelpText('after', `\nExample:\n  ${command.example}`)
  listed.action(() => run((output) => command.run({ ...listed.opts(), arguments: listed.args }, output)))
}
