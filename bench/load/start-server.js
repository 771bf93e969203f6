/** The real server, `widedeep serve`, as a child process on a loopback port. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { cpuSeconds, residentBytes } from './process-reading.js'
import { now } from './ticks.js'

const launcher = fileURLToPath(new URL('../../bin/widedeep.js', import.meta.url))

/** Starts a server and waits until it is ready: `readyMs` after its start. `onLine` hears what it says, with the moment. */
export async function startServer(args, { nodeArgs = [], onLine = () => undefined } = {}) {
  const started = now()
  const child = spawn(process.execPath, [...nodeArgs, launcher, 'serve', '--port', '0', ...args])
  let [said, errors] = ['', '']
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.stderr.on('data', (chunk) => (errors += chunk))
  const port = await new Promise((resolve, reject) => {
    void ended.then(() => reject(new Error(`the server ended:\n${said}${errors}`)))
    child.stdout.on('data', (chunk) => {
      const lines = (said + chunk).split('\n')
      said = lines.pop()
      for (const line of lines) {
        onLine(line, now())
        const ready = /^http:\/\/127\.0\.0\.1:(\d+) is ready/.exec(line)
        if (ready) resolve(Number(ready[1]))
        else if (/ is starting;/.test(line)) reject(new Error(`the server has no model:\n${lines.join('\n')}`))
      }
    })
  })
  return {
    port,
    pid: child.pid,
    readyMs: now() - started,
    cpuSeconds: () => cpuSeconds(child.pid),
    residentBytes: () => residentBytes(child.pid),
    kill: () => (child.kill('SIGKILL'), ended),
    stop: () => (child.kill('SIGTERM'), ended),
  }
}
